import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { newId, systemScope } from '#libs/kernel';
import { RollupService, UsagePartitions, UsageService } from '#libs/metering';
import { asOwner, freshDatabase } from '#libs/testing';
import { ledgerRow } from '../src/ledger-row.js';
import { UsageLedger } from '../src/persistence/usage-ledger.js';
import { aCall, anOrganization, anOutcome, startWorker } from './support/processes.js';

const DAY_MS = 86_400_000;
let worker: INestApplicationContext;
let partitions: UsagePartitions;
beforeAll(async () => {
	await freshDatabase();
	worker = await startWorker();
	partitions = worker.get(UsagePartitions);
});
afterAll(() => worker?.close());

const daysAgo = (days: number): Date => new Date(Math.floor(Date.now() / DAY_MS - days) * DAY_MS + DAY_MS / 2);
const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10);
const nameOf = (days: number): string => `usage_events_${dayOf(daysAgo(days)).replaceAll('-', '')}`;

async function append(organizationId: string, days: number): Promise<void> {
	const moment = daysAgo(days);
	const outcome = { ...anOutcome(), cost: 'unpriced' } as const;
	const call = { eventId: newId(), occurredOn: dayOf(moment), occurredAtMs: moment.getTime(), outcome };
	await worker.get(UsageLedger).append([ledgerRow({ ...call, start: aCall(organizationId) })]);
}

it('drops days that are too old one by one, once they are summed up; the sums stay', async () => {
	const organization = await anOrganization();
	for (const days of [402, 401, 399]) await append(organization, days);
	expect(await partitions.dropOldest(400)).toBeUndefined(); // nobody has summed it up
	const scope = systemScope(organization, 'test', 'test');
	await worker.get(RollupService).rollUpDue(scope);
	const dropped = [
		await partitions.dropOldest(400),
		await partitions.dropOldest(400),
		await partitions.dropOldest(400),
	];
	expect(dropped).toEqual([nameOf(402), nameOf(401), undefined]);
	expect(await asOwner('SELECT occurred_on::text AS day FROM usage_events')).toEqual([{ day: dayOf(daysAgo(399)) }]);
	const all = { ...scope, permissions: new Set(['usage:read'] as const) };
	const report = await worker.get(UsageService).report(all, { from: daysAgo(410), to: daysAgo(300), groupBy: 'day' });
	expect(report.total.calls).toBe(3);
	await worker.get(RollupService).rebuild(scope, daysAgo(410), daysAgo(300));
	await expect(append(organization, 402)).rejects.toThrow('was dropped'); // it would stand alone for the whole day
	const again = await worker.get(UsageService).report(all, { from: daysAgo(410), to: daysAgo(300), groupBy: 'day' });
	expect(again).toEqual(report);
});

it('drops nothing of the last month, whoever asks', async () => {
	await expect(partitions.dropOldest(29)).rejects.toThrow('too young');
});
