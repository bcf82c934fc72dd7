import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { CallLedger, LedgerFlusher, NO_TOKENS, Reaper } from '#libs/metering';
import { RedisConnection } from '#libs/redis';
import { eventually, freshDatabase } from '#libs/testing';
import { replicaKey } from '../src/lease-keys.js';
import { LeaseStore } from '../src/lease-store.js';
import {
	aCall,
	addBudget,
	addPrice,
	anOrganization,
	anOutcome,
	ledgerOf,
	startApi,
	startWorker,
} from './support/processes.js';

let replicas: INestApplicationContext[];
let worker: INestApplicationContext;
let redis: Redis;

beforeAll(async () => {
	await freshDatabase();
	replicas = await Promise.all([startApi({ LEDGER_FLUSH_MS: '20' }), startApi({ LEDGER_FLUSH_MS: '20' })]);
	worker = await startWorker({ REPLICA_TIMEOUT_MS: '100' });
	redis = (replicas[0] as INestApplicationContext).get(RedisConnection).client;
});
afterAll(async () => {
	await Promise.all(replicas?.map((replica) => replica.close()) ?? []);
	await worker?.close();
});

/** Ten micro-USD for each token of the answer, nothing for the prompt: a call of `cap` tokens costs 10 × cap at most. */
async function budgeted(microUsd: number, more: Record<string, string> = {}): Promise<string> {
	const organization = await anOrganization();
	await addPrice(organization, 'llama3', { inputNanoUsd: '0', outputNanoUsd: '10000000000' });
	await addBudget(organization, microUsd, more);
	return organization;
}
const open = (organization: string, cap = 10, n = 0, over = {}) =>
	(replicas[n % 2] as INestApplicationContext)
		.get(CallLedger)
		.open(aCall(organization, { reservedOutputTokens: cap, ...over }));
const used = (output: number) => anOutcome({ usage: { ...NO_TOKENS, input: 7, output } });
const drained = () => Promise.all(replicas.map((replica) => replica.get(LedgerFlusher).drain()));
const counterOf = async (organization: string) => {
	const [key] = (await redis.keys(`{${organization}}:budget:*`)).sort();
	return redis.hgetall(String(key));
};
const spent = { fault: 'exhausted', code: 'budget_exceeded' };

describe('a budget', () => {
	it('for exactly a hundred calls lets exactly a hundred through, of a thousand at once on two replicas', async () => {
		const organization = await budgeted(100 * 100);
		const results = await Promise.allSettled(Array.from({ length: 1_000 }, (_, n) => open(organization, 10, n)));
		const admitted = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
		expect(admitted).toHaveLength(100);
		for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject(spent);
		for (const call of admitted) call.settle(used(10));
		await drained();
		expect(await counterOf(organization)).toEqual({ c: '10000', r: '0' });
		const costs = (await ledgerOf(organization)).map(({ cost_nano_usd }) => cost_nano_usd);
		expect(costs).toEqual(Array.from({ length: 100 }, () => '100000'));
		await expect(open(organization, 1)).rejects.toMatchObject(spent);
	});

	it('reserves what a call can cost, and pays what it did', async () => {
		const organization = await budgeted(1_000);
		const first = await open(organization, 90);
		await expect(open(organization, 11)).rejects.toMatchObject(spent);
		first.settle(used(5));
		first.settle(used(80));
		const second = await open(organization, 95);
		expect(await counterOf(organization)).toEqual({ c: '50', r: '950' });
		second.settle(anOutcome({ status: 'error', usage: NO_TOKENS, usageSource: 'none' }));
		await drained();
		expect(await counterOf(organization)).toEqual({ c: '50', r: '0' });
	});

	it('that only warns lets calls go on', async () => {
		const organization = await budgeted(0, { action: 'warn' });
		await expect(open(organization)).resolves.toBeDefined();
	});

	it('refuses models without a price, and does not mind free ones', async () => {
		const organization = await budgeted(0);
		const other = { providerId: '00000000-0000-7000-8000-00000000000b', vendor: 'nobody', model: 'mystery' };
		await expect(open(organization, 10, 0, other)).rejects.toMatchObject({
			fault: 'denied',
			code: 'model_without_price',
		});
		await addPrice(organization, 'gratis', { inputNanoUsd: '0', outputNanoUsd: '0' });
		const later = await startApi();
		try {
			await expect(later.get(CallLedger).open(aCall(organization, { model: 'gratis' }))).resolves.toBeDefined();
		} finally {
			await later.close();
		}
	});

	it('is bound by the dearest model that may answer, and pays for the one that did', async () => {
		const organization = await budgeted(1_000, { model: 'llama*' });
		await addPrice(organization, 'dear', { inputNanoUsd: '0', outputNanoUsd: '50000000000' });
		const call = aCall(organization);
		const candidates = [call, { ...call, model: 'dear' }];
		await expect(open(organization, 21, 0, { candidates })).rejects.toMatchObject(spent);
		const both = await open(organization, 20, 0, { candidates });
		expect(await counterOf(organization)).toEqual({ c: '0', r: '1000' });
		both.settle({ ...used(10), providerId: call.providerId, vendor: call.vendor, model: 'dear' });
		await drained();
		expect(await counterOf(organization)).toEqual({ c: '0', r: '0' });
	});

	it('knows from the ledger what was spent when Redis has forgotten it', async () => {
		const organization = await budgeted(1_000);
		(await open(organization, 60)).settle(used(60));
		await drained();
		await redis.flushdb();
		await expect(open(organization, 41)).rejects.toMatchObject(spent);
		expect(await counterOf(organization)).toEqual({ c: '600', r: '0' });
		await expect(open(organization, 40, 1)).resolves.toBeDefined();
	});

	it('has nothing reserved for calls whose process died', async () => {
		const organization = await budgeted(1_000);
		const dead = await startApi();
		await dead.get(CallLedger).open(aCall(organization, { reservedOutputTokens: 70 }));
		const { replicaId } = dead.get(LeaseStore);
		await dead.close();
		expect(await counterOf(organization)).toEqual({ c: '0', r: '700' });
		await redis.del(replicaKey(replicaId));
		await eventually(async () => {
			await worker.get(Reaper).reap();
			return (await counterOf(organization))['r'] === '0' || undefined;
		});
		await expect(open(organization, 100)).resolves.toBeDefined();
	});
});
