import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { AccessModule, OrganizationsService, RoleAssignmentsService } from '#libs/access';
import { newId, type Scope, systemScope } from '#libs/kernel';
import { BudgetsService, LimitsService, LimitTemplatesService, MeteringModule, RuleDirectory } from '#libs/metering';
import { asOwner, eventually, freshDatabase, openApplication, testConfig } from '#libs/testing';

/** Two replicas of the api. */
let one: INestApplicationContext;
let two: INestApplicationContext;
let scope: Scope;
const [organizationId, userId, projectId] = [newId(), newId(), newId()];
const BASIC = '00000000-0000-7000-8000-000000000104';
const PREMIUM = '00000000-0000-7000-8000-000000000103';

beforeAll(async () => {
	await freshDatabase();
	await asOwner(`INSERT INTO organizations (id, slug, name) VALUES ($1, 'o', 'O')`, [organizationId]);
	await asOwner(`INSERT INTO users (id, email, name) VALUES ($1, 'u@example.test', 'U')`, [userId]);
	await asOwner('INSERT INTO memberships (organization_id, id, user_id) VALUES ($1, $2, $3)', [
		organizationId,
		newId(),
		userId,
	]);
	const config = testConfig('api');
	[one, two] = await Promise.all([
		openApplication(config, [AccessModule, MeteringModule]),
		openApplication(config, [AccessModule, MeteringModule]),
	]);
	scope = systemScope(organizationId, 'test', 'r');
});
afterAll(async () => {
	await Promise.all([one?.close(), two?.close()]);
});

const caller = { projectId, userId, keyId: undefined };
const call = { dialect: 'openai', alias: 'fast', model: 'llama3' };
const ask = (app: INestApplicationContext, over: object = {}) =>
	app.get(RuleDirectory).of(organizationId, { ...caller, ...over }, call);
const requestsOf = async (app: INestApplicationContext) => {
	const { limits } = await ask(app);
	return limits.find(({ metric, window }) => metric === 'requests' && window === 'minute')?.max;
};
/** Both, once the announcement has arrived; well before anything expires by itself. */
const becomes = (max: number | undefined) =>
	eventually(
		async () => ((await requestsOf(one)) === max && (await requestsOf(two)) === max ? true : undefined),
		3_000,
	);
const limit = { attachment: 'user', attachmentId: userId, dialect: null, model: null, reason: null } as const;
const organization = { ...limit, attachment: 'organization', attachmentId: null, expiresAt: null } as const;
const perMinute = { ...limit, metric: 'requests', window: 'minute', expiresAt: null } as const;

describe('the rules of a call', () => {
	it('are answered at once when they are known, by one frozen object', async () => {
		const first = await ask(one);
		expect(ask(one)).toBe(first);
		expect(ask(one, { projectId: newId() })).not.toBe(first);
		expect(ask(one)).not.toBeInstanceOf(Promise);
		expect(() => (first.limits as unknown[]).push(1)).toThrow(TypeError);
		await one.get(LimitsService).create(scope, { ...perMinute, metric: 'output_tokens', max: 3, model: 'llama*' });
		const { limits } = await ask(one);
		expect(limits.map((each) => [each.place, Object.isFrozen(each)])).toEqual([
			[`user|${userId}|output_tokens|minute||llama*`, true],
		]);
	});

	it('follow roles, templates, limits and overrides on every replica, and go the way back', async () => {
		expect(await requestsOf(one)).toBeUndefined();
		const assignments = one.get(RoleAssignmentsService);
		const basic = await assignments.assign(scope, { userId, roleId: BASIC });
		await becomes(60);
		const premium = await assignments.assign(scope, { userId, roleId: PREMIUM });
		await becomes(300);
		const templates = two.get(LimitTemplatesService);
		const own = { metric: 'requests', window: 'minute', max: 250, dialect: null, model: null } as const;
		await templates.put(scope, PREMIUM, [own]);
		await becomes(250);
		const limits = one.get(LimitsService);
		const { id } = await limits.create(scope, { ...perMinute, max: 7 });
		await becomes(7);
		const ending = await limits.create(scope, { ...perMinute, max: 900, expiresAt: new Date(Date.now() + 3_600_000) });
		await becomes(900);
		await limits.remove(scope, ending.id);
		await becomes(7);
		await limits.remove(scope, id);
		await becomes(250);
		await templates.reset(scope, PREMIUM);
		await becomes(300);
		await assignments.revoke(scope, premium.id);
		await becomes(60);
		await assignments.revoke(scope, basic.id);
		await becomes(undefined);
	});

	it('tell budgets the zone in which their periods begin, also when it changes', async () => {
		const budgets = one.get(BudgetsService);
		const budget = { ...organization, period: 'day', amountNanoUsd: '1', action: 'block', thresholds: [] } as const;
		await budgets.create(scope, { ...budget, zone: 'utc' });
		await budgets.create(scope, { ...budget, zone: 'organization', model: 'llama*' });
		const zones = async () => (await ask(two)).budgets.map(({ timeZone }) => timeZone).toSorted();
		await eventually(async () => ((await zones()).join() === 'UTC,UTC' ? true : undefined), 3_000);
		await one.get(OrganizationsService).update(scope, { timeZone: 'Europe/Berlin' });
		await eventually(async () => ((await zones()).join() === 'Europe/Berlin,UTC' ? true : undefined), 3_000);
		expect((await ask(one)).budgets.every((each) => Object.isFrozen(each))).toBe(true);
	});

	it('lose an override at the moment it ends', async () => {
		const limits = one.get(LimitsService);
		await limits.create(scope, { ...perMinute, max: 5 });
		await limits.create(scope, { ...perMinute, max: 50, expiresAt: new Date(Date.now() + 400) });
		expect(await requestsOf(one)).toBe(50);
		await eventually(async () => ((await requestsOf(one)) === 5 ? true : undefined), 2_000);
	});
});
