import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { newId } from '#libs/kernel';
import { CallLedger, LedgerFlusher } from '#libs/metering';
import { epochField, Epochs, RedisConnection } from '#libs/redis';
import { eventually, freshDatabase, watchRedis } from '#libs/testing';
import { aCall, anOrganization, anOutcome, ledgerOf, startApi } from './support/processes.js';

let api: INestApplicationContext;
let calls: CallLedger;
let flusher: LedgerFlusher;
let redis: Redis;

beforeAll(async () => {
	await freshDatabase();
	api = await startApi({ LEDGER_FLUSH_MS: '20' });
	calls = api.get(CallLedger);
	flusher = api.get(LedgerFlusher);
	({ client: redis } = api.get(RedisConnection));
});
afterAll(() => api?.close());

const leasesOf = (organizationId: string) => redis.hgetall(`{${organizationId}}:leases`);

describe('an admitted call', () => {
	it('is in Redis while it runs, and in the ledger exactly once when it is over', async () => {
		const organization = await anOrganization();
		const call = await calls.open(aCall(organization));
		expect(Object.keys(await leasesOf(organization))).toEqual([call.eventId]);
		call.progressed(3);
		call.settle(anOutcome());
		call.settle(anOutcome({ status: 'error' }));
		await flusher.flush();
		expect(await ledgerOf(organization)).toMatchObject([
			{ event_id: call.eventId, kind: 'call', status: 'ok', input_tokens: '7', output_tokens: '5', cost_nano_usd: '0' },
		]);
		expect(await leasesOf(organization)).toEqual({});
	});

	it('is charged by the list, by whoever answered, or is marked as without a price', async () => {
		const organization = await anOrganization();
		const listed = { vendor: 'openai', model: 'gpt-4o' };
		const answered = { vendor: 'echo', providerId: aCall(organization).providerId, model: 'echo-1' };
		const settled = [
			[aCall(organization, listed), anOutcome()],
			[aCall(organization, listed), anOutcome(answered)],
			[aCall(organization), anOutcome()],
		] as const;
		const ids: string[] = [];
		for (const [start, outcome] of settled) {
			const call = await calls.open(start);
			call.settle(outcome);
			ids.push(call.eventId);
		}
		await flusher.flush();
		const rows = new Map((await ledgerOf(organization)).map((row) => [row['event_id'], row]));
		expect(ids.map((id) => [rows.get(id)?.['cost_nano_usd'], rows.get(id)?.['price_version']])).toEqual([
			[String(7 * 2_500 + 5 * 10_000), 'list:openai/gpt-4o@2024-10-02'],
			['0', 'list:echo/*@2025-01-01'],
			['0', 'unpriced'],
		]);
	});

	it('is written without anybody asking for it', async () => {
		const organization = await anOrganization();
		(await calls.open(aCall(organization))).settle(anOutcome());
		expect(await eventually(async () => (await ledgerOf(organization))[0])).toMatchObject({ status: 'ok' });
	});

	it('occurred when Redis says, on the UTC day of that moment', async () => {
		const organization = await anOrganization();
		const before = await redis.time();
		(await calls.open(aCall(organization))).settle(anOutcome());
		const after = await redis.time();
		await flusher.flush();
		const [row] = await ledgerOf(organization);
		const at = row?.occurred_at.getTime() ?? 0;
		expect(at).toBeGreaterThanOrEqual(Math.floor(Number(before[0]) * 1_000 + Number(before[1]) / 1_000));
		expect(at).toBeLessThanOrEqual(Math.ceil(Number(after[0]) * 1_000 + Number(after[1]) / 1_000));
		expect(row?.occurred_on).toBe(row?.occurred_at.toISOString().slice(0, 10));
	});

	it('may carry names and numbers that PostgreSQL could not store', async () => {
		const organization = await anOrganization();
		const call = await calls.open(aCall(organization, { model: 'a\u0000b\ud800', alias: 'x\ny\u2028z' }));
		const usage = { input: Number.NaN, cacheRead: -1, cacheWrite: 1.5, output: 1e300, reasoning: Infinity };
		call.settle(anOutcome({ usage, errorCode: '\u0000' }));
		await flusher.flush();
		expect(await ledgerOf(organization)).toMatchObject([
			{ model: 'a\ufffdb\ufffd', input_tokens: '0', output_tokens: '1000000000' },
		]);
	});
});

describe('a credential', () => {
	it('that was revoked since it was cached is refused, and leaves no lease', async () => {
		const organization = await anOrganization();
		const key = newId();
		const epochs = [epochField.key(key), 3, epochField.membership(newId()), 0];
		await api.get(Epochs).raise(organization, epochField.key(key), 3);
		(await calls.open(aCall(organization, { epochs }))).settle(anOutcome());
		await flusher.flush();
		await api.get(Epochs).raise(organization, epochField.key(key), 4);
		await expect(calls.open(aCall(organization, { epochs }))).rejects.toMatchObject({
			fault: 'unauthenticated',
			code: 'stale_credential',
		});
		expect(await leasesOf(organization)).toEqual({});
		expect(await ledgerOf(organization)).toHaveLength(1);
	});
});

describe('in steady state', () => {
	it('a call costs one command before, one after, and a share of one deletion per flush', async () => {
		const organization = await anOrganization();
		const start = aCall(organization, { epochs: [epochField.key(newId()), 0] });
		(await calls.open(start)).settle(anOutcome()); // the scripts are known now
		await flusher.drain();
		const watch = await watchRedis(process.env['REDIS_URL'] as string);
		const mine = () =>
			watch.commands.filter((command) => command.includes(organization)).map((command) => command.split('"')[1]);
		const open = await Promise.all(Array.from({ length: 20 }, () => calls.open(start)));
		for (const call of open) call.settle(anOutcome());
		await flusher.drain();
		const commands = await eventually(() => (mine().includes('hdel') ? mine() : undefined));
		watch.stop();
		expect(commands).toEqual([...Array.from({ length: 40 }, () => 'evalsha'), 'hdel']);
	});
});
