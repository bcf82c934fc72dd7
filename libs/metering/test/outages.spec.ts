import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { Redis } from 'ioredis';
import { CallLedger, LedgerFlusher } from '#libs/metering';
import { COMMAND_TIMEOUT_MS, RedisBreaker } from '#libs/redis';
import { asOwner, eventually, freshDatabase, TcpProxy } from '#libs/testing';
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
const serverTime = async () => {
	const [seconds, microseconds] = await redis.time();
	return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
};
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

	it('an admission that runs after its deadline changes nothing', async () => {
		const organization = await anOrganization();
		wire.hang();
		const call = await calls.open(aCall(organization)); // given up after the command timeout, which is its deadline
		const end = (await serverTime()) + COMMAND_TIMEOUT_MS;
		await eventually(async () => ((await serverTime()) > end ? true : undefined));
		wire.pass(); // now the script arrives
		await healthy();
		const next = await calls.open(aCall(organization)); // on the same connection, so the late one has run
		expect(Object.keys(await leasesOf(organization))).toEqual([next.eventId]);
		for (const open of [call, next]) open.settle(anOutcome());
		await flusher.drain();
		expect(await ledgerOf(organization)).toHaveLength(2);
		expect(await leasesOf(organization)).toEqual({});
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
		expect(Object.keys(await leasesOf(organization))).toEqual([after.eventId]);
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
