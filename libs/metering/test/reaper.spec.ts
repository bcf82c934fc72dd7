import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { CallLedger, LedgerFlusher, NO_TOKENS, Reaper } from '#libs/metering';
import { RedisConnection } from '#libs/redis';
import type { Redis } from 'ioredis';
import { asOwner, eventually, freshDatabase } from '#libs/testing';
import { Heartbeat } from '../src/heartbeat.js';
import { replicaKey } from '../src/lease-keys.js';
import { LeaseStore } from '../src/lease-store.js';
import { aCall, addPrice, anOrganization, anOutcome, ledgerOf, startApi, startWorker } from './support/processes.js';

const TIMEOUT_MS = 300;
const settings = { REPLICA_TIMEOUT_MS: String(TIMEOUT_MS), HEARTBEAT_MS: '600000', LEDGER_FLUSH_MS: '600000' };

let api: INestApplicationContext;
let worker: INestApplicationContext;
let redis: Redis;
let organization: string;

beforeAll(async () => {
	await freshDatabase();
	api = await startApi(settings);
	worker = await startWorker(settings);
	({ client: redis } = api.get(RedisConnection));
});
afterAll(async () => {
	await api?.close();
	await worker?.close();
});
beforeEach(async () => {
	organization = await anOrganization();
});

const open = (overrides = {}) => api.get(CallLedger).open(aCall(organization, overrides));
const reap = () => worker.get(Reaper).reap();
const leases = () => redis.hgetall(`{${organization}}:leases`);
/** The api looks dead from now on: its next heartbeat is far away. */
const reaped = async (count = 1) => {
	let total = 0;
	await redis.del(replicaKey(api.get(LeaseStore).replicaId));
	await eventually(async () => ((total += await reap()) >= count ? true : undefined));
	return ledgerOf(organization);
};

describe('a call whose process died', () => {
	it('before the first byte: none, no tokens, no cost', async () => {
		const call = await open();
		expect(await reaped()).toMatchObject([
			{
				event_id: call.eventId,
				status: 'interrupted',
				usage_source: 'none',
				input_tokens: '0',
				output_tokens: '0',
				cost_nano_usd: '0',
				error_code: 'replica_lost',
			},
		]);
		expect(await leases()).toEqual({});
	});

	it('in the middle of a stream: an estimate from the last heartbeat', async () => {
		const call = await open();
		call.progressed(42);
		await api.get(Heartbeat).beat();
		call.progressed(43);
		expect(await reaped()).toMatchObject([
			{ status: 'interrupted', usage_source: 'estimated', is_estimated: true, input_tokens: '11', output_tokens: '42' },
		]);
	});

	it('after its end, before its row: exactly what was settled', async () => {
		const usage = { input: 1, cacheRead: 2, cacheWrite: 3, output: 4, reasoning: 5 };
		const call = await open();
		call.progressed(99);
		await api.get(Heartbeat).beat();
		call.settle(anOutcome({ usage }));
		expect(await reaped()).toMatchObject([
			{ status: 'ok', usage_source: 'provider', is_estimated: false, input_tokens: '1', output_tokens: '4' },
		]);
		await api.get(LedgerFlusher).drain();
		expect(await ledgerOf(organization)).toHaveLength(1);
	});

	it('is charged by the prices of its admission when it was settled, and by those of now when it was not', async () => {
		const listed = { vendor: 'openai', model: 'gpt-4o' };
		const settled = await open(listed);
		settled.settle(anOutcome());
		const running = await open(listed);
		running.progressed(42);
		await api.get(Heartbeat).beat();
		await addPrice(organization, 'gpt-4o', { inputNanoUsd: '1000000', outputNanoUsd: '1000000' });
		const costs = (await reaped(2)).map(({ event_id, cost_nano_usd }) => [event_id, cost_nano_usd]);
		expect(Object.fromEntries(costs)).toEqual({
			[settled.eventId]: String(7 * 2_500 + 5 * 10_000),
			[running.eventId]: String(11 + 42),
		});
		await api.get(LedgerFlusher).drain();
	});
});

describe('a process that only seemed dead', () => {
	it('corrects the estimate with what it knows', async () => {
		const call = await open();
		call.progressed(40);
		await api.get(Heartbeat).beat();
		await reaped();
		call.settle(anOutcome({ usage: { ...NO_TOKENS, input: 7, output: 50 } }));
		await api.get(LedgerFlusher).drain();
		await api.get(LedgerFlusher).drain();
		expect(await ledgerOf(organization)).toMatchObject([
			{ kind: 'call', status: 'interrupted', input_tokens: '11', output_tokens: '40' },
			{ kind: 'correction', status: 'ok', input_tokens: '-4', output_tokens: '10', event_id: call.eventId },
		]);
	});
});

describe('nothing happens to', () => {
	it('calls of a living process, settled or not', async () => {
		await open();
		(await open()).settle(anOutcome());
		await api.get(Heartbeat).beat();
		await reap();
		expect(await ledgerOf(organization)).toEqual([]);
		expect(Object.keys(await leases())).toHaveLength(2);
		await reaped(2);
	});

	it('a young call of a process whose heartbeat Redis forgot', async () => {
		await redis.del(replicaKey(api.get(LeaseStore).replicaId));
		await open();
		expect(await reap()).toBe(0);
		await reaped();
	});
});

it('a call that its living process left to its lease is written from it', async () => {
	const call = await open();
	call.settle(anOutcome());
	const timer = setInterval(() => void api.get(Heartbeat).beat(), TIMEOUT_MS / 4);
	await eventually(async () => ((await reap()) === 1 ? true : undefined));
	clearInterval(timer);
	expect(await ledgerOf(organization)).toMatchObject([{ event_id: call.eventId, status: 'ok' }]);
});

it('a call whose hard end has passed is settled although its process lives', async () => {
	const call = await open();
	const [, text] = Object.entries(await leases())[0] as [string, string];
	await redis.hset(`{${organization}}:leases`, call.eventId, text.replace(/(\[1,"[^"]+",)\d+/, '$11'));
	await api.get(Heartbeat).beat();
	expect(await reap()).toBe(1);
	expect(await ledgerOf(organization)).toMatchObject([{ usage_source: 'none' }]);
});

it('many workers at once write each call once', async () => {
	for (let n = 0; n < 50; n++) await open();
	await redis.del(replicaKey(api.get(LeaseStore).replicaId));
	await eventually(async () => {
		await Promise.all(Array.from({ length: 4 }, reap));
		return Object.keys(await leases()).length === 0 ? true : undefined;
	});
	const rows = await asOwner('SELECT FROM usage_events WHERE organization_id = $1', [organization]);
	expect(rows).toHaveLength(50);
});
