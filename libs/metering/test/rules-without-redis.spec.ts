import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { CallLedger, LedgerFlusher, NO_TOKENS } from '#libs/metering';
import { RedisBreaker } from '#libs/redis';
import { eventually, freshDatabase, TcpProxy } from '#libs/testing';
import { Replicas } from '../src/replicas.js';
import { aCall, addBudget, addLimit, addPrice, anOrganization, anOutcome, startApi } from './support/processes.js';

let redisWire: TcpProxy;
let databaseWire: TcpProxy;
let replicas: INestApplicationContext[];

beforeAll(async () => {
	await freshDatabase();
	const redis = await TcpProxy.to(process.env['REDIS_URL'] as string);
	const database = await TcpProxy.to(process.env['DATABASE_URL'] as string);
	[redisWire, databaseWire] = [redis.proxy, database.proxy];
	const settings = { REDIS_URL: redis.url, DATABASE_URL: database.url, LEDGER_FLUSH_MS: '20', HEARTBEAT_MS: '100' };
	replicas = await Promise.all([startApi(settings), startApi(settings)]);
});
beforeEach(async () => {
	redisWire.pass();
	databaseWire.pass();
	await eventually(async () => !isAway() || undefined);
	await eventually(async () => replicas.every((replica) => replica.get(Replicas).count === 2) || undefined);
});
afterAll(async () => {
	redisWire?.pass();
	databaseWire?.pass();
	await Promise.all(replicas?.map((replica) => replica.close()) ?? []);
	await redisWire?.close();
	await databaseWire?.close();
});

const isAway = () => replicas.some((replica) => replica.get(RedisBreaker).isOpen);
const open = (organization: string, n = 0, cap = 10) =>
	(replicas[n % 2] as INestApplicationContext).get(CallLedger).open(aCall(organization, { reservedOutputTokens: cap }));
const many = async (organization: string, count: number) =>
	(await Promise.allSettled(Array.from({ length: count }, (_, n) => open(organization, n)))).flatMap((result) =>
		result.status === 'fulfilled' ? [result.value] : [],
	);
const drained = () => Promise.all(replicas.map((replica) => replica.get(LedgerFlusher).drain()));

/** Cuts Redis off, and waits until both replicas know. */
async function withoutRedis(): Promise<void> {
	const other = await anOrganization();
	redisWire.cut();
	await eventually(async () => {
		for (const n of [0, 1]) (await open(other, n)).settle(anOutcome());
		return replicas.every((replica) => replica.get(RedisBreaker).isOpen) || undefined;
	});
}

describe('limits without Redis', () => {
	it('are shared out among the replicas, and whole again afterwards', async () => {
		const organization = await anOrganization();
		await addLimit(organization, 'requests', 'minute', 10);
		(await open(organization)).settle(anOutcome()); // the rules are known now
		(await open(organization, 1)).settle(anOutcome());
		await withoutRedis();
		const admitted = await many(organization, 40);
		expect(admitted).toHaveLength(10);
		await expect(open(organization)).rejects.toMatchObject({ fault: 'throttled', code: 'rate_limit_exceeded' });
		redisWire.pass();
		await eventually(async () => !isAway() || undefined);
		expect(await many(organization, 20)).toHaveLength(8);
	});

	it('have places again when calls are over, and count the tokens that were used', async () => {
		const organization = await anOrganization();
		await addLimit(organization, 'concurrency', null, 4);
		await addLimit(organization, 'output_tokens', 'hour', 100);
		for (const n of [0, 1]) (await open(organization, n)).settle(anOutcome());
		await withoutRedis();
		const two = await Promise.all([open(organization), open(organization)]);
		await expect(open(organization)).rejects.toMatchObject({ fault: 'throttled' });
		for (const call of two) call.settle(anOutcome({ usage: { ...NO_TOKENS, output: 20 } }));
		await expect(open(organization, 0, 11)).rejects.toMatchObject({ fault: 'throttled' });
		await expect(open(organization, 0, 10)).resolves.toBeDefined();
	});
});

describe('budgets without Redis', () => {
	it('are decided by the ledger and what was let through since', async () => {
		const organization = await anOrganization();
		await addPrice(organization, 'llama3', { inputNanoUsd: '0', outputNanoUsd: '10000000000' });
		await addBudget(organization, 1_000);
		(await open(organization, 0, 60)).settle(anOutcome({ usage: { ...NO_TOKENS, output: 60 } }));
		await drained();
		await withoutRedis();
		await expect(open(organization, 1, 41)).rejects.toMatchObject({ fault: 'exhausted' });
		const call = await open(organization, 1, 30);
		await expect(open(organization, 1, 11)).rejects.toMatchObject({ fault: 'exhausted' });
		call.settle(anOutcome({ usage: { ...NO_TOKENS, output: 5 } }));
		await drained();
		await eventually(() => open(organization, 1, 35).catch(() => undefined));
	});

	it('refuse for now when PostgreSQL is away too; other calls go on', async () => {
		const organization = await anOrganization();
		await addPrice(organization, 'llama3', { inputNanoUsd: '0', outputNanoUsd: '10000000000' });
		await addBudget(organization, 1_000_000_000);
		const free = await anOrganization();
		for (const one of [organization, free]) (await open(one)).settle(anOutcome());
		await drained();
		await withoutRedis();
		databaseWire.cut();
		const refusal = await eventually(() =>
			open(organization).then(
				() => undefined,
				(error: unknown) => error,
			),
		);
		expect(refusal).toMatchObject({ fault: 'unavailable', code: 'database_unavailable' });
		await expect(open(free)).resolves.toBeDefined();
	});
});
