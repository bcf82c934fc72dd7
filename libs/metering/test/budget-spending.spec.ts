import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { newId, type Scope, systemScope } from '#libs/kernel';
import { type BudgetInput, type BudgetState, BudgetsService, MeteringModule, RollupService } from '#libs/metering';
import { asOwner, freshDatabase, openApplication, testConfig } from '#libs/testing';
import { startWorker } from './support/processes.js';

const DAY_MS = 86_400_000;
const KOLKATA_MS = 5.5 * 3_600_000; // no summer time, and its days begin within an hour of UTC
const [organizationId, userId, projectId, otherId] = [newId(), newId(), newId(), newId()];

let api: INestApplicationContext;
let worker: INestApplicationContext;
let scope: Scope;

beforeAll(async () => {
	await freshDatabase();
	await asOwner(`INSERT INTO organizations (id, slug, name, time_zone) VALUES ($1, 'o', 'O', 'Asia/Kolkata')`, [
		organizationId,
	]);
	await asOwner(`INSERT INTO users (id, email, name) VALUES ($1, 'u@example.test', 'U')`, [userId]);
	await asOwner('INSERT INTO memberships (organization_id, id, user_id) VALUES ($1, $2, $3)', [
		organizationId,
		newId(),
		userId,
	]);
	await asOwner(`INSERT INTO projects (organization_id, id, name) VALUES ($1, $2, 'P')`, [organizationId, projectId]);
	api = await openApplication(testConfig('api'), [MeteringModule]);
	worker = await startWorker();
	scope = systemScope(organizationId, 'test', 'r');
});
afterAll(async () => {
	await api?.close();
	await worker?.close();
});

interface Spent {
	readonly at: Date;
	readonly cost: number;
	readonly over?: Readonly<Record<string, string>>;
}
async function spend({ at, cost, over = {} }: Spent): Promise<void> {
	const event = {
		occurred_on: at.toISOString().slice(0, 10),
		event_id: newId(),
		organization_id: organizationId,
		occurred_at: at.toISOString(),
		project_id: projectId,
		user_id: userId,
		dialect: 'openai',
		operation: 'chat',
		model: 'llama3',
		alias: 'fast',
		status: 'ok',
		usage_source: 'provider',
		is_estimated: false,
		is_streamed: false,
		attempts: 1,
		...Object.fromEntries(
			['input', 'cache_read', 'cache_write', 'output', 'reasoning'].map((name) => [`${name}_tokens`, 0]),
		),
		...Object.fromEntries(
			['input', 'cache_read', 'cache_write', 'output', 'reasoning'].map((name) => [`${name}_cost_nano_usd`, 0]),
		),
		cost_nano_usd: cost,
		...over,
	};
	await asOwner('SELECT append_usage($1::json)', [JSON.stringify([event])]);
}
const organization = { attachment: 'organization', attachmentId: null, dialect: null, model: null } as const;
const create = (over: Partial<BudgetInput>): Promise<BudgetState> =>
	api.get(BudgetsService).create(scope, {
		...organization,
		period: 'day',
		zone: 'utc',
		amountNanoUsd: '1000',
		action: 'block',
		thresholds: [100],
		reason: null,
		expiresAt: null,
		...over,
	});
const spentOf = async ({ id }: BudgetState) => (await api.get(BudgetsService).get(scope, id)).spentNanoUsd;

describe('what is spent of a budget', () => {
	it('counts from midnight of UTC or of the zone, to the microsecond', async () => {
		const [utc, zoned] = [await create({}), await create({ zone: 'organization', model: '*' })];
		const now = Date.now();
		for (const [{ startsAt, endsAt }, offset] of [
			[utc, 0],
			[zoned, KOLKATA_MS],
		] as const) {
			expect((startsAt.getTime() + offset) % DAY_MS).toBe(0);
			expect(startsAt.getTime()).toBeLessThanOrEqual(now);
			expect(endsAt?.getTime()).toBe(startsAt.getTime() + DAY_MS);
			expect(endsAt?.getTime()).toBeGreaterThan(now - 10_000);
		}
		const sums = [0, 0];
		for (const start of [utc.startsAt.getTime(), zoned.startsAt.getTime()])
			for (const [shift, cost] of [
				[-1, 1],
				[0, 10],
			] as const) {
				const at = start + shift;
				if (at > now) continue;
				await spend({ at: new Date(at), cost });
				[utc, zoned].forEach(({ startsAt }, of) => {
					if (at >= startsAt.getTime()) sums[of] = (sums[of] ?? 0) + cost;
				});
			}
		expect([await spentOf(utc), await spentOf(zoned)]).toEqual(sums.map(String));
		// the same out of rollups
		await worker.get(RollupService).rollUpDue(scope);
		expect([await spentOf(utc), await spentOf(zoned)]).toEqual(sums.map(String));
	});

	it('is that of whom and what it is about', async () => {
		const now = new Date();
		const at = { period: 'lifetime' } as const;
		const budgets = {
			all: await create(at),
			project: await create({ ...at, attachment: 'project', attachmentId: projectId }),
			user: await create({ ...at, attachment: 'user', attachmentId: userId }),
			anthropic: await create({ ...at, dialect: 'anthropic' }),
			llama: await create({ ...at, model: 'LLAMA*' }),
			fast: await create({ ...at, model: 'fast' }),
		};
		await spend({ at: new Date(now.getTime() - 3_600_000), cost: 5_000 }); // before the budgets were there
		const later = new Date(Date.now() + 1);
		await spend({ at: later, cost: 1 });
		await spend({ at: later, cost: 20, over: { project_id: otherId } });
		await spend({ at: later, cost: 300, over: { user_id: otherId, dialect: 'anthropic' } });
		await spend({ at: later, cost: 4_000, over: { alias: 'gpt', model: 'gpt-4o' } });
		const spent = Object.fromEntries(
			await Promise.all(Object.entries(budgets).map(async ([name, budget]) => [name, await spentOf(budget)])),
		);
		expect(spent).toEqual({
			all: '4321',
			project: '4301',
			user: '4021',
			anthropic: '300',
			llama: '321',
			fast: '321',
		});
		const { remainingNanoUsd, endsAt } = await api.get(BudgetsService).get(scope, budgets.all.id);
		expect({ remainingNanoUsd, endsAt }).toEqual({ remainingNanoUsd: '0', endsAt: null });
	});
});
