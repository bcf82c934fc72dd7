import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { newId } from '#libs/kernel';
import { CallLedger, LedgerFlusher, NO_TOKENS, type OpenCall, Reaper } from '#libs/metering';
import { epochField, Epochs, RedisConnection } from '#libs/redis';
import { eventually, freshDatabase, watchRedis } from '#libs/testing';
import { replicaKey } from '../src/lease-keys.js';
import { LeaseStore } from '../src/lease-store.js';
import { aCall, addLimit, anOrganization, anOutcome, startApi, startWorker } from './support/processes.js';

let api: INestApplicationContext;
let worker: INestApplicationContext;
let calls: CallLedger;
let redis: Redis;

beforeAll(async () => {
	await freshDatabase();
	api = await startApi({ LEDGER_FLUSH_MS: '20' });
	worker = await startWorker({ REPLICA_TIMEOUT_MS: '100' });
	calls = api.get(CallLedger);
	({ client: redis } = api.get(RedisConnection));
});
afterAll(async () => {
	await api?.close();
	await worker?.close();
});

async function limited(...limits: readonly (readonly [metric: string, window: string | null, max: number])[]) {
	const organization = await anOrganization();
	for (const limit of limits) await addLimit(organization, ...limit);
	return organization;
}
const left = ({ quotas }: Pick<OpenCall, 'quotas'>) =>
	Object.fromEntries(quotas.map(({ metric, remaining }) => [metric, remaining]));
const refused = (metric: string, code = 'rate_limit_exceeded') => ({
	fault: 'throttled',
	code,
	quotas: [expect.objectContaining({ metric })],
});
const keysOf = async (organization: string, part: string) =>
	(await redis.keys(`*${organization}*`)).filter((key) => key.includes(part));

describe('a limit of requests', () => {
	it('lets exactly so many through, however many come at once', async () => {
		const organization = await limited(['requests', 'minute', 10]);
		const results = await Promise.allSettled(Array.from({ length: 50 }, () => calls.open(aCall(organization))));
		expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
		const again = await calls.open(aCall(organization)).catch((error: unknown) => error);
		expect(again).toMatchObject(refused('requests'));
		const { retryAfterMs } = again as { retryAfterMs: number };
		expect(retryAfterMs).toBeGreaterThan(50_000);
		expect(retryAfterMs).toBeLessThanOrEqual(60_469);
	});

	it('of none lets none through, and says that waiting does not help', async () => {
		const organization = await limited(['requests', 'minute', 0]);
		await expect(calls.open(aCall(organization))).rejects.toMatchObject({
			...refused('requests', 'request_above_limit'),
			retryAfterMs: undefined,
		});
	});

	it('also counts what is no call, which leaves nothing else', async () => {
		const organization = await limited(['requests', 'minute', 2], ['concurrency', null, 1]);
		expect(left({ quotas: await calls.count(aCall(organization)) })).toMatchObject({ requests: 1 });
		await calls.count(aCall(organization));
		await expect(calls.count(aCall(organization))).rejects.toMatchObject({ code: 'rate_limit_exceeded' });
		expect(await redis.keys(`{${organization}}:*`)).toEqual([
			`{${organization}}:limit:organization||requests|minute||`,
		]);
	});
});

describe('limits of tokens', () => {
	it('take the estimate, and keep what was used', async () => {
		const organization = await limited(
			['input_tokens', 'hour', 1_000],
			['output_tokens', 'day', 10_000],
			['total_tokens', 'minute', 100_000],
		);
		const first = await calls.open(aCall(organization));
		expect(left(first)).toEqual({ input_tokens: 989, output_tokens: 5_904, total_tokens: 95_893 });
		first.settle(anOutcome());
		first.settle(anOutcome());
		const second = await calls.open(aCall(organization));
		expect(left(second)).toEqual({ input_tokens: 982, output_tokens: 5_899, total_tokens: 95_881 });
		second.settle(anOutcome({ status: 'error', usage: NO_TOKENS, usageSource: 'none' }));
		await api.get(LedgerFlusher).drain();
		expect(left(await calls.open(aCall(organization)))).toEqual({
			input_tokens: 982,
			output_tokens: 5_899,
			total_tokens: 95_881,
		});
	});

	it('refuse a call that alone is above them', async () => {
		const organization = await limited(['output_tokens', 'day', 4_000]);
		await expect(calls.open(aCall(organization))).rejects.toMatchObject({
			code: 'request_above_limit',
		});
	});
});

describe('a limit of calls at the same time', () => {
	it('has place again as soon as one is over', async () => {
		const organization = await limited(['concurrency', null, 2]);
		const [first] = await Promise.all([calls.open(aCall(organization)), calls.open(aCall(organization))]);
		await expect(calls.open(aCall(organization))).rejects.toMatchObject(refused('concurrency'));
		first?.settle(anOutcome());
		await calls.open(aCall(organization));
		await expect(calls.open(aCall(organization))).rejects.toMatchObject(refused('concurrency'));
	});

	it('forgets calls whose hard end has passed', async () => {
		const organization = await limited(['concurrency', null, 1]);
		await calls.open(aCall(organization));
		const [key] = await keysOf(organization, 'concurrency');
		const [member] = await redis.zrange(String(key), '0', '-1');
		await redis.zadd(String(key), '1', String(member));
		await expect(calls.open(aCall(organization))).resolves.toBeDefined();
	});
});

describe('a refused call', () => {
	it('takes nothing from any other limit', async () => {
		const organization = await limited(
			['requests', 'hour', 100],
			['concurrency', null, 1],
			['total_tokens', 'day', 9_000],
		);
		(await calls.open(aCall(organization))).settle(anOutcome());
		await calls.open(aCall(organization));
		for (let n = 0; n < 3; n++)
			await expect(calls.open(aCall(organization))).rejects.toMatchObject({ fault: 'throttled' });
		const [requests] = await keysOf(organization, 'requests');
		const [running] = await keysOf(organization, 'concurrency');
		expect(await redis.hget(String(requests), 's')).toBe('2');
		expect(await redis.zcard(String(running))).toBe(1);
	});

	it('by a revoked credential takes nothing either', async () => {
		const organization = await limited(['requests', 'minute', 5]);
		const key = newId();
		await api.get(Epochs).raise(organization, epochField.key(key), 2);
		await expect(calls.open(aCall(organization, { epochs: [epochField.key(key), 1] }))).rejects.toMatchObject({
			code: 'stale_credential',
		});
		expect(left(await calls.open(aCall(organization)))).toEqual({ requests: 4 });
	});
});

describe('when all is quiet', () => {
	it('nothing is reserved, also of calls whose process died', async () => {
		const organization = await limited(['concurrency', null, 10], ['total_tokens', 'hour', 100_000]);
		(await calls.open(aCall(organization))).settle(anOutcome());
		await api.get(LedgerFlusher).drain();
		const dead = await startApi();
		await dead.get(CallLedger).open(aCall(organization));
		await dead.get(CallLedger).open(aCall(organization));
		const { replicaId } = dead.get(LeaseStore);
		await dead.close();
		await redis.del(replicaKey(replicaId));
		await eventually(async () => {
			await worker.get(Reaper).reap();
			return (await keysOf(organization, 'reservations')).length === 0 || undefined;
		});
		expect(await keysOf(organization, 'concurrency')).toEqual([]);
		const [key] = await keysOf(organization, 'total_tokens');
		expect(await redis.hget(String(key), 's')).toBe('12');
	});
});

describe('in steady state', () => {
	it('a call under many limits costs one script before and one after', async () => {
		const organization = await limited(
			['requests', 'minute', 1_000],
			['total_tokens', 'hour', 1_000_000_000],
			['input_tokens', 'day', 1_000_000],
			['concurrency', null, 100],
		);
		(await calls.open(aCall(organization))).settle(anOutcome());
		await api.get(LedgerFlusher).drain();
		const watch = await watchRedis(process.env['REDIS_URL'] as string);
		const mine = () =>
			watch.commands.filter((command) => command.includes(organization)).map((command) => command.split('"')[1]);
		const open = await Promise.all(Array.from({ length: 20 }, () => calls.open(aCall(organization))));
		for (const call of open) call.settle(anOutcome());
		await api.get(LedgerFlusher).drain();
		const commands = await eventually(() => (mine().includes('hdel') ? mine() : undefined));
		watch.stop();
		expect(commands).toEqual([...Array.from({ length: 40 }, () => 'evalsha'), 'hdel']);
	});
});
