import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { Redis } from 'ioredis';
import { CallLedger, LedgerFlusher } from '#libs/metering';
import { RedisBreaker } from '#libs/redis';
import { eventually, freshDatabase, TcpProxy } from '#libs/testing';
import { Heartbeat } from '../src/heartbeat.js';
import { unpackLease } from '../src/lease.js';
import { aCall, anOrganization, anOutcome, ledgerOf, startApi } from './support/processes.js';

let api: INestApplicationContext;
let calls: CallLedger;
let wire: TcpProxy;
let redis: Redis;

beforeAll(async () => {
	await freshDatabase();
	const { proxy, url } = await TcpProxy.to(process.env['REDIS_URL'] as string);
	wire = proxy;
	redis = new Redis(process.env['REDIS_URL'] as string);
	api = await startApi({ REDIS_URL: url, LEDGER_FLUSH_MS: '60000', HEARTBEAT_MS: '600000' });
	calls = api.get(CallLedger);
});
afterAll(async () => {
	await api?.close();
	await wire?.close();
	redis?.disconnect();
});

const leasesOf = (organization: string) => redis.hgetall(`{${organization}}:leases`);
const allHeld = (organization: string, count: number) =>
	eventually(async () => {
		const leases = await leasesOf(organization);
		return Object.keys(leases).length === count ? leases : undefined;
	});
const healthy = () => eventually(async () => (api.get(RedisBreaker).isOpen ? undefined : true));

describe('a call that was admitted without Redis', () => {
	it('gets its lease as soon as Redis answers again, with the day and moment of its admission', async () => {
		const organization = await anOrganization();
		wire.hang();
		const call = await calls.open(aCall(organization));
		wire.pass();
		const leases = await allHeld(organization, 1);
		await healthy();
		call.settle(anOutcome());
		await api.get(LedgerFlusher).drain();
		const [row] = await ledgerOf(organization);
		const lease = unpackLease(leases[call.eventId] as string);
		expect([lease.occurredOn, lease.occurredAtMs]).toEqual([row?.occurred_on, row?.occurred_at.getTime()]);
		expect(await leasesOf(organization)).toEqual({});
	});

	it('while the breaker was open gets it with the next heartbeat, and so do its tokens', async () => {
		const organization = await anOrganization();
		wire.cut();
		const open = [];
		for (let n = 0; n < 6; n++) open.push(await calls.open(aCall(organization)));
		expect(api.get(RedisBreaker).isOpen).toBe(true);
		open.push(await calls.open(aCall(organization)));
		for (const call of open) call.progressed(5);
		wire.pass();
		await healthy();
		await api.get(Heartbeat).beat();
		const leases = Object.values(await allHeld(organization, 7)).map(unpackLease);
		expect(leases.map(({ progress }) => progress?.outputTokens)).toEqual(Array.from({ length: 7 }, () => 5));
		for (const call of open) call.settle(anOutcome());
		await api.get(LedgerFlusher).drain();
		expect(await ledgerOf(organization)).toHaveLength(7);
		expect(await leasesOf(organization)).toEqual({});
	});
});

it('a Redis that came back empty knows all running calls again', async () => {
	const organization = await anOrganization();
	const call = await calls.open(aCall(organization));
	call.progressed(8);
	await api.get(Heartbeat).beat();
	wire.cut();
	await redis.flushdb();
	wire.pass();
	const leases = await eventually(async () => {
		const [text] = Object.values(await leasesOf(organization));
		return text?.includes('\nP') ? unpackLease(text) : undefined;
	});
	expect(leases.progress?.outputTokens).toBe(8);
	await healthy();
	call.settle(anOutcome());
	await api.get(LedgerFlusher).drain();
	expect(await ledgerOf(organization)).toHaveLength(1);
});
