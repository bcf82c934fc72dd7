import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import fc from 'fast-check';
import { newId, type Scope, systemScope } from '#libs/kernel';
import { RollupService, UsageService } from '#libs/metering';
import { asOwner, freshDatabase } from '#libs/testing';
import { ledgerRow } from '../src/ledger-row.js';
import { UsageLedger } from '../src/persistence/usage-ledger.js';
import { aCall, anOrganization, anOutcome, startWorker } from './support/processes.js';
import { differences, reportAndLedger } from './support/snapshot.js';

const HOUR_MS = 3_600_000;
let worker: INestApplicationContext;
/** The next hour: surely not over while the tests run. */
let thisHour: number;

beforeAll(async () => {
	await freshDatabase();
	worker = await startWorker({ DATABASE_POOL_SIZE: '20' });
	thisHour = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
});
afterAll(() => worker?.close());

interface Event {
	readonly hoursAgo: number;
	readonly minute: number;
	readonly model: string;
	readonly tokens: number;
	readonly durationMs?: number;
	readonly status?: 'ok' | 'error';
	readonly isEstimated?: boolean;
	readonly userId?: string;
}

const rowOf = (organization: string, event: Event, eventId = newId()): object => {
	const occurredAtMs = thisHour - event.hoursAgo * HOUR_MS + event.minute * 60_000;
	return ledgerRow({
		eventId,
		occurredOn: new Date(occurredAtMs).toISOString().slice(0, 10),
		occurredAtMs,
		start: aCall(organization, { model: event.model, userId: event.userId }),
		outcome: {
			...anOutcome({
				usage: { input: event.tokens, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 },
				isEstimated: event.isEstimated ?? false,
				durationMs: event.durationMs ?? 34,
				status: event.status ?? 'ok',
				errorCode: event.status === 'error' ? 'upstream_error' : undefined,
			}),
			cost: 'unpriced',
		},
	});
};
const append = (rows: object[]) => worker.get(UsageLedger).append(rows);
const rollUp = (organization: string) => worker.get(RollupService).rollUpDue(systemScope(organization, 'test', 'test'));
const period = () => [new Date(thisHour - 50 * HOUR_MS), new Date(thisHour + HOUR_MS)] as const;

const event: fc.Arbitrary<Event> = fc.record({
	hoursAgo: fc.integer({ min: 0, max: 30 }),
	minute: fc.integer({ min: 0, max: 59 }),
	model: fc.constantFrom('a', 'b', 'c'),
	tokens: fc.integer({ min: 0, max: 1_000_000 }),
	durationMs: fc.integer({ min: 0, max: 3_600_000 }),
	status: fc.constantFrom('ok', 'error'),
});
type Step =
	| { readonly kind: 'append'; readonly events: Event[] }
	| { readonly kind: 'roll up' }
	| { readonly kind: 'both' };
const step: fc.Arbitrary<Step> = fc.oneof(
	fc.record({ kind: fc.constant('append' as const), events: fc.array(event, { minLength: 1, maxLength: 5 }) }),
	fc.record({ kind: fc.constant('roll up' as const) }),
	fc.record({ kind: fc.constant('both' as const) }),
);

describe('reports', () => {
	it('equal the ledger after every step, whatever is appended and rolled up in whatever order', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), event, async (steps, late) => {
				const organization = await anOrganization();
				for (const one of steps) {
					if (one.kind === 'append') await append(one.events.map((e) => rowOf(organization, e)));
					else if (one.kind === 'roll up') await rollUp(organization);
					else await Promise.all([rollUp(organization), append([rowOf(organization, late)]), rollUp(organization)]);
					const seen = await reportAndLedger(worker, organization, ...period());
					expect(seen.report).toEqual(seen.ledger);
					expect(seen.groups).toBe(seen.report.calls);
				}
				await rollUp(organization);
				expect(await differences(organization)).toEqual([]);
			}),
			{ numRuns: 25 },
		);
	});

	it('equal the ledger in every snapshot while everything happens at once', async () => {
		const organization = await anOrganization();
		const over = new AbortController();
		const appending = Array.from({ length: 3 }, async (_, writer) => {
			for (let n = 0; n < 40; n++)
				await append([rowOf(organization, { hoursAgo: ((n + writer) % 3) * 2, minute: n, model: 'a', tokens: n })]);
		});
		const rolling = Array.from({ length: 2 }, async () => {
			while (!over.signal.aborted) await rollUp(organization);
		});
		const watching = async () => {
			for (let n = 0; !over.signal.aborted || n < 5; n++) {
				const seen = await reportAndLedger(worker, organization, ...period());
				expect(seen.report).toEqual(seen.ledger);
			}
		};
		const watched = watching();
		await Promise.all(appending);
		over.abort();
		await Promise.all([watched, ...rolling]);
		await rollUp(organization);
		const seen = await reportAndLedger(worker, organization, ...period());
		expect(seen.report.calls).toBe('120');
		expect(await openHours(organization)).toHaveLength(1); // the running one
	});

	it('are exact for periods that begin or end within an hour', async () => {
		const organization = await anOrganization();
		for (const minute of [10, 30, 50])
			await append([2, 3].map((hoursAgo) => rowOf(organization, { hoursAgo, minute, model: 'a', tokens: minute })));
		await rollUp(organization);
		const [from, to] = [thisHour - 3 * HOUR_MS + 30 * 60_000, thisHour - 2 * HOUR_MS + 30 * 60_000];
		const seen = await reportAndLedger(worker, organization, new Date(from), new Date(to));
		expect(seen.report).toEqual(seen.ledger);
		expect(seen.report).toMatchObject({ calls: '3', inputTokens: '90' });
	});
});

const openHours = (organization: string) =>
	asOwner('SELECT hour FROM usage_open_windows WHERE organization_id = $1', [organization]);
const rollups = (organization: string) =>
	asOwner('SELECT * FROM usage_rollups_hourly WHERE organization_id = $1 ORDER BY hour, model, status', [organization]);

describe('rollups', () => {
	it('count corrections with their tokens, not as calls', async () => {
		const organization = await anOrganization();
		const id = newId();
		const at = { hoursAgo: 2, minute: 5, model: 'a' };
		await append([rowOf(organization, { ...at, tokens: 10, isEstimated: true }, id)]);
		await append([rowOf(organization, { ...at, tokens: 14 }, id)]);
		await append([rowOf(organization, { ...at, tokens: 14 }, id)]);
		await rollUp(organization);
		expect(await rollups(organization)).toMatchObject([{ calls: '1', input_tokens: '14' }]);
		expect(await differences(organization)).toEqual([]);
	});

	it('that were damaged are the same again after a rebuild', async () => {
		const organization = await anOrganization();
		const events = Array.from({ length: 30 }, (_, n) => ({
			hoursAgo: 2 + (n % 7),
			minute: n,
			model: 'ab'[n % 2] ?? 'a',
			tokens: n,
		}));
		await append(events.map((e) => rowOf(organization, e)));
		await rollUp(organization);
		const before = await rollups(organization);
		expect(before.length).toBeGreaterThan(7);
		await asOwner('UPDATE usage_rollups_hourly SET calls = calls + 1 WHERE organization_id = $1 AND model = $2', [
			organization,
			'a',
		]);
		await asOwner('DELETE FROM usage_rollups_hourly WHERE organization_id = $1 AND model = $2', [organization, 'b']);
		const scope = systemScope(organization, 'test', 'test');
		await asOwner('DELETE FROM usage_summaries WHERE organization_id = $1', [organization]);
		await worker.get(RollupService).rebuild(scope, ...period());
		expect(await rollups(organization)).toEqual(before);
		expect(await differences(organization)).toEqual([]);
		expect(await openHours(organization)).toEqual([]);
	});

	it('are the same however often and at once their jobs and the rows are delivered', async () => {
		const organization = await anOrganization();
		const scope = systemScope(organization, 'test', 'test');
		const batches = Array.from({ length: 6 }, (_, batch) =>
			Array.from({ length: 10 }, (_row, n) =>
				rowOf(organization, { hoursAgo: 1 + ((batch * 7 + n) % 40), minute: n, model: 'a', tokens: n }),
			),
		);
		const copies = [batches, batches.toReversed(), batches.map((rows) => rows.toReversed())];
		const delivered = copies.map(async (copy) => {
			for (const rows of copy) await append(rows);
		});
		const summedUp = [rollUp, () => worker.get(RollupService).rebuild(scope, ...period())].map(async (job) => {
			for (let n = 0; n < 3; n++) await job(organization);
		});
		await Promise.all([...delivered, ...summedUp]);
		await rollUp(organization);
		const [ledger] = await asOwner<{ calls: string }>(
			'SELECT count(*) AS calls FROM usage_events WHERE organization_id = $1',
			[organization],
		);
		expect(ledger?.calls).toBe('60');
		expect(await differences(organization)).toEqual([]);
	});

	it('do not hold up writers that bring the same rows in another order', async () => {
		const organization = await anOrganization();
		for (let round = 0; round < 5; round++) {
			const rows = Array.from({ length: 2_000 }, (_, n) =>
				rowOf(organization, { hoursAgo: 1 + (n % 40), minute: n % 60, model: 'a', tokens: n }),
			);
			const appended = await Promise.all([rows, rows.toReversed(), rows].map((copy) => append(copy)));
			expect(appended.reduce((sum, count) => sum + count)).toBe(2_000);
		}
	});

	it('of a running hour wait until it is over', async () => {
		const organization = await anOrganization();
		await append([rowOf(organization, { hoursAgo: 0, minute: 0, model: 'a', tokens: 1 })]);
		expect(await rollUp(organization)).toBe(0);
		expect(await rollups(organization)).toEqual([]);
	});
});

describe('who sees what', () => {
	const asking = (organizationId: string, userId: string, ...permissions: string[]): Scope => ({
		...systemScope(organizationId, 'test', 'test'),
		actor: { kind: 'key', userId, keyId: newId() },
		permissions: new Set(permissions),
	});

	it('all with usage:read, own with usage:read_own, nothing without', async () => {
		const organization = await anOrganization();
		const [mine, theirs] = [newId(), newId()];
		for (const [userId, hoursAgo] of [
			[mine, 0],
			[mine, 2],
			[theirs, 2],
		] as const)
			await append([rowOf(organization, { hoursAgo, minute: 0, model: 'a', tokens: 1, userId })]);
		await rollUp(organization);
		const usage = worker.get(UsageService);
		const query = { groupBy: 'user', from: period()[0], to: period()[1] } as const;
		const all = await usage.report(asking(organization, mine, 'usage:read'), query);
		expect(new Map(all.items.map(({ group, calls }) => [group, calls]))).toEqual(
			new Map([
				[mine, 2],
				[theirs, 1],
			]),
		);
		const own = await usage.report(asking(organization, mine, 'usage:read_own'), query);
		expect(own).toMatchObject({ items: [{ group: mine, calls: 2 }], total: { calls: 2, costNanoUsd: '0' } });
		await expect(usage.report(asking(organization, mine), query)).rejects.toMatchObject({ fault: 'denied' });
	});

	it('nobody another organization', async () => {
		const [one, other] = [await anOrganization(), await anOrganization()];
		await append([rowOf(one, { hoursAgo: 0, minute: 0, model: 'a', tokens: 1 })]);
		const report = await worker.get(UsageService).report(asking(other, newId(), 'usage:read'), { groupBy: 'day' });
		expect(report).toMatchObject({ items: [], total: { calls: 0, inputTokens: 0 } });
		expect(report.to.getTime() - report.from.getTime()).toBeGreaterThanOrEqual(30 * 24 * HOUR_MS);
	});

	it.each([
		['hour', /^\d{4}-\d\d-\d\dT\d\d:00:00Z$/],
		['day', /^\d{4}-\d\d-\d\d$/],
		['status', /^ok$/],
		['dialect', /^openai$/],
		['project', null],
		['key', null],
	] as const)('grouped by %s', async (groupBy, form) => {
		const organization = await anOrganization();
		await append([rowOf(organization, { hoursAgo: 2, minute: 0, model: 'a', tokens: 1 })]);
		await rollUp(organization);
		const { items } = await worker.get(UsageService).report(asking(organization, newId(), 'usage:read'), { groupBy });
		expect(items).toHaveLength(1);
		if (form === null) expect(items[0]?.group).toBeNull();
		else expect(items[0]?.group).toMatch(form);
	});
});
