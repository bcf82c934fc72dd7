import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { Redis } from 'ioredis';
import { newId } from '#libs/kernel';
import { CallLedger, LedgerFlusher } from '#libs/metering';
import { COMMAND_TIMEOUT_MS, RedisBreaker } from '#libs/redis';
import { asOwner, eventually, freshDatabase, TcpProxy } from '#libs/testing';
import { ADMITTED, LATE } from '../src/lease-scripts.js';
import { LeaseStore } from '../src/lease-store.js';
import { dayNumber } from '../src/utc-day.js';
import { aCall, anOrganization, anOutcome, ledgerOf, startApi } from './support/processes.js';

let api: INestApplicationContext;
let calls: CallLedger;
let flusher: LedgerFlusher;
let wire: TcpProxy;
let redis: Redis;

beforeAll(async () => {
	await freshDatabase();
	const { proxy, url } = await TcpProxy.to(process.env['REDIS_URL'] as string);
	wire = proxy;
	redis = new Redis(process.env['REDIS_URL'] as string);
	api = await startApi({ REDIS_URL: url, LEDGER_FLUSH_MS: '60000', LEDGER_BUFFER_MAX: '100' });
	calls = api.get(CallLedger);
	flusher = api.get(LedgerFlusher);
});
afterAll(async () => {
	await api?.close();
	await wire?.close();
	redis?.disconnect();
});

const leasesOf = (organization: string) => redis.hgetall(`{${organization}}:leases`);
const healthy = () => eventually(async () => (api.get(RedisBreaker).isOpen ? undefined : true));

describe('without Redis', () => {
	it('a hung one holds a call up for one command timeout; the call is admitted and written once', async () => {
		const organization = await anOrganization();
		(await calls.open(aCall(organization))).settle(anOutcome());
		wire.hang();
		const started = performance.now();
		const call = await calls.open(aCall(organization));
		const waited = performance.now() - started;
		call.settle(anOutcome());
		wire.pass();
		await healthy();
		await flusher.drain();
		expect(waited).toBeGreaterThanOrEqual(COMMAND_TIMEOUT_MS - 2);
		expect(await ledgerOf(organization)).toHaveLength(2);
	});

	it('an admission that runs after its deadline, or on another day than its caller believes, changes nothing', async () => {
		const organization = await anOrganization();
		const [seconds] = await redis.time();
		const nowMs = Number(seconds) * 1_000;
		const day = dayNumber(nowMs);
		const admit = (deadlineMs: number, onDay: number) =>
			api.get(LeaseStore).admit(aCall(organization), newId(), undefined, { nowMs, deadlineMs, day: onDay });
		expect((await admit(nowMs - 1, day))?.[0]).toBe(LATE);
		expect((await admit(nowMs + 60_000, day - 1))?.[0]).toBe(LATE);
		expect(await leasesOf(organization)).toEqual({});
		expect((await admit(nowMs + 60_000, day))?.[0]).toBe(ADMITTED);
		expect(Object.keys(await leasesOf(organization))).toHaveLength(1);
		await redis.del(`{${organization}}:leases`);
	});

	it('calls go on at once after a few failures, and are in Redis again when it is back', async () => {
		const organization = await anOrganization();
		wire.cut();
		for (let n = 0; n < 10; n++) (await calls.open(aCall(organization))).settle(anOutcome());
		expect(api.get(RedisBreaker).isOpen).toBe(true);
		const during = await calls.open(aCall(organization));
		wire.pass();
		await healthy();
		const after = await calls.open(aCall(organization));
		expect(Object.keys(await leasesOf(organization))).toContain(after.eventId);
		for (const call of [during, after]) call.settle(anOutcome());
		await flusher.drain();
		expect(await ledgerOf(organization)).toHaveLength(12);
		await eventually(async () => (Object.keys(await leasesOf(organization)).length === 0 ? true : undefined));
	});

	it('a lease that could not be deleted is deleted later', async () => {
		const organization = await anOrganization();
		const call = await calls.open(aCall(organization));
		wire.cut();
		call.settle(anOutcome());
		await flusher.flush();
		expect(await ledgerOf(organization)).toHaveLength(1);
		expect(Object.keys(await leasesOf(organization))).toHaveLength(1);
		wire.pass();
		await eventually(async () => {
			await flusher.flush();
			return Object.keys(await leasesOf(organization)).length === 0 ? true : undefined;
		});
		await healthy();
	});

	it('a lease that Redis forgot is not made again by its end', async () => {
		const organization = await anOrganization();
		const call = await calls.open(aCall(organization));
		await redis.flushdb();
		call.settle(anOutcome());
		const next = await calls.open(aCall(organization)); // after the settlement, on the same connection
		expect(Object.keys(await leasesOf(organization))).toEqual([next.eventId]);
		next.settle(anOutcome());
		await flusher.drain();
		expect(await ledgerOf(organization)).toHaveLength(2);
	});
});

describe('without PostgreSQL', () => {
	const refuse = () => asOwner('REVOKE EXECUTE ON FUNCTION append_usage(json) FROM parallama_app');
	const accept = () => asOwner('GRANT EXECUTE ON FUNCTION append_usage(json) TO parallama_app');

	it('calls wait, keep their leases, and are written once it is back', async () => {
		const organization = await anOrganization();
		await refuse();
		for (let n = 0; n < 3; n++) (await calls.open(aCall(organization))).settle(anOutcome());
		expect(await flusher.flush()).toBe(false);
		expect(flusher.pending).toBe(3);
		expect(Object.keys(await leasesOf(organization))).toHaveLength(3);
		await accept();
		await flusher.drain();
		expect(await ledgerOf(organization)).toHaveLength(3);
		expect(await leasesOf(organization)).toEqual({});
	});

	it('full memory lets go of calls whose lease knows all, and of no others', async () => {
		const [leased, alone] = [await anOrganization(), await anOrganization()];
		await refuse();
		for (let n = 0; n < 80; n++) (await calls.open(aCall(leased))).settle(anOutcome());
		await calls.open(aCall(leased)); // its answer comes after those of all settlements
		wire.cut();
		for (let n = 0; n < 80; n++) (await calls.open(aCall(alone))).settle(anOutcome());
		expect(flusher.leftToLeases).toBeGreaterThan(0);
		expect(flusher.pending).toBe(160 - flusher.leftToLeases);
		await accept();
		wire.pass();
		await healthy();
		await flusher.drain();
		expect(await ledgerOf(alone)).toHaveLength(80);
		const written = new Set((await ledgerOf(leased)).map(({ event_id }) => event_id));
		const waiting = Object.entries(await leasesOf(leased)).filter(([id]) => !written.has(id));
		expect(written.size + waiting.filter(([, lease]) => lease.includes('\nS')).length).toBe(80);
	});
});
