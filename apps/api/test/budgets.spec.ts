import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#libs/kernel';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import { askApi } from './support/ask-api.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addMember, addTenant, type Tenant } from './support/tenants.js';

interface Budget {
	id: string;
	[field: string]: unknown;
}

let api: TestApi;
let owner: Tenant;
let basic: Tenant;
let stranger: Tenant;

beforeAll(async () => {
	await freshDatabase();
	api = await startApi();
	const config = testConfig('api');
	[owner, stranger] = await Promise.all([addTenant(config), addTenant(config, 'admin')]);
	basic = await addMember(config, owner, 'basic');
});
afterAll(() => api?.stop());

const ask = <T = Budget>(method: string, path: string, body?: unknown, by = owner) =>
	askApi<T>(api, by, [method, `/budgets${path}`, body]);
const monthly = { attachment: 'organization', period: 'month', amountNanoUsd: '25000000000' };
const create = async (over: object = {}): Promise<Budget> => {
	const { data, status, text } = await ask('POST', '', { ...monthly, ...over });
	if (status !== 201) throw new Error(text);
	return data;
};

describe('budgets', () => {
	it('are set, seen, listed, changed and removed, each with an event', async () => {
		const made = await create({ attachment: 'key', attachmentId: basic.keyRowId });
		expect(made).toMatchObject({ zone: 'utc', action: 'block', thresholds: [50, 80, 100], createdBy: owner.userId });
		const change = { amountNanoUsd: '1000000000000000000', action: 'warn', thresholds: [90], reason: 'r' };
		const changed = await ask('PATCH', `/${made.id}`, change);
		expect(changed.data).toMatchObject({ ...change, period: 'month', attachmentId: basic.keyRowId });
		expect((await ask('GET', `/${made.id}`)).data).toEqual(changed.data);
		const listed = await ask<{ items: Budget[] }>('GET', `?attachment=key&attachmentId=${basic.keyRowId}`);
		expect(listed.data.items).toEqual([changed.data]);
		expect((await ask('DELETE', `/${made.id}`)).status).toBe(204);
		expect((await ask('GET', `/${made.id}`)).status).toBe(404);
		const events = await asOwner<{ action: string }>(
			'SELECT action FROM audit_events WHERE target_id = $1 ORDER BY id',
			[made.id],
		);
		expect(events.map(({ action }) => action)).toEqual(['budget.create', 'budget.update', 'budget.delete']);
	});

	it('say what is spent and left in the running period', async () => {
		const made = await create({
			attachment: 'user',
			attachmentId: owner.userId,
			period: 'month',
			amountNanoUsd: '1000',
		});
		expect(made).toMatchObject({ spentNanoUsd: '0', remainingNanoUsd: '1000' });
		await asOwner(
			`INSERT INTO usage_events (occurred_on, event_id, organization_id, occurred_at, user_id, dialect, operation, model, alias,
				status, usage_source, cost_nano_usd)
			VALUES ((now() AT TIME ZONE 'UTC')::date, $1, $2, now(), $3, 'openai', 'chat', 'm', 'm', 'ok', 'provider', 700)`,
			[newId(), owner.organizationId, owner.userId],
		);
		await asOwner(
			`INSERT INTO usage_open_windows (organization_id, hour) VALUES ($1, date_trunc('hour', now(), 'UTC')) ON CONFLICT DO NOTHING`,
			[owner.organizationId],
		);
		const found = (await ask('GET', `/${made.id}`)).data;
		expect(found).toMatchObject({ spentNanoUsd: '700', remainingNanoUsd: '300' });
		const listed = await ask<{ items: Budget[] }>('GET', '');
		expect(listed.data.items.find(({ id }) => id === made.id)).toEqual(found);
		const effective = await ask<{ items: Budget[] }>('GET', `/effective?keyId=${owner.keyRowId}`);
		expect(effective.data.items).toContainEqual(found);
		expect(await ask('GET', `/effective?userId=${stranger.userId}`)).toMatchObject({ status: 404 });
	});

	it('are one for each place and period', async () => {
		const place = { attachment: 'user', attachmentId: basic.userId };
		await create(place);
		expect(await ask('POST', '', { ...monthly, ...place })).toMatchObject({ status: 409, code: 'already_exists' });
		await create({ ...place, period: 'day' });
		await create({ ...place, model: 'gpt-4*' });
	});

	it.each([
		[{ period: 'year' }, 'period'],
		[{ zone: 'Europe/Berlin' }, 'zone'],
		[{ amountNanoUsd: 5 }, 'amountNanoUsd'],
		[{ amountNanoUsd: '-1' }, 'amountNanoUsd'],
		[{ amountNanoUsd: '1000000000000000001' }, 'amountNanoUsd'],
		[{ action: 'shrug' }, 'action'],
		[{ thresholds: [80, 50] }, 'thresholds'],
		[{ thresholds: [0] }, 'thresholds.0'],
		[{ attachment: 'project' }, 'attachmentId'],
		[{ organizationId: newId() }, 'organizationId'],
		[{ spentNanoUsd: '0' }, 'spentNanoUsd'],
	])('refuse %j, naming the field', async (over, field) => {
		expect(await ask('POST', '', { ...monthly, model: 'x', ...over })).toMatchObject({ status: 400, fields: [field] });
	});

	it('are attached to nothing of another organization, and seen by nobody of another', async () => {
		for (const [attachment, theirs] of [
			['project', stranger.projectId],
			['user', stranger.userId],
			['key', stranger.keyRowId],
		])
			expect(await ask('POST', '', { ...monthly, attachment, attachmentId: theirs })).toMatchObject({ status: 404 });
		const { id } = await create({ model: 'mine-only' });
		for (const [method, body] of [['GET'], ['PATCH', { action: 'warn' }], ['DELETE']] as const)
			expect((await ask(method, `/${id}`, body, stranger)).status).toBe(404);
	});

	it('are nothing that a member without the right can raise, not even their own', async () => {
		const own = await create({ attachment: 'user', attachmentId: basic.userId, period: 'week' });
		for (const [method, path, body] of [
			['POST', '', { ...monthly, period: 'lifetime' }],
			['PATCH', `/${own.id}`, { amountNanoUsd: '1' }],
			['DELETE', `/${own.id}`],
		] as const)
			expect(await ask(method, path, body, basic)).toMatchObject({ status: 403, code: 'permission_denied' });
	});
});

describe("an organization's time zone", () => {
	const patch = (timeZone: string) => askApi(api, owner, ['PATCH', '/organizations/current', { timeZone }]);
	it('is UTC until another one is set', async () => {
		expect((await askApi(api, owner, ['GET', '/organizations/current'])).data).toMatchObject({ timeZone: 'UTC' });
		expect((await patch('Europe/Berlin')).data).toMatchObject({ timeZone: 'Europe/Berlin' });
	});
	it.each(['Mars/Olympus', '+02:00', 'UTC+3', '', 'Europe/Berlin; DROP'])('is never %j', async (name) => {
		expect(await patch(name)).toMatchObject({ status: 400, fields: ['timeZone'] });
	});
});

describe('GET /api/v1/usage/me', () => {
	interface Own {
		limits: Record<string, unknown>[];
		budgets: Record<string, unknown>[];
	}
	const mine = (by: Tenant) => askApi<Own>(api, by, ['GET', '/usage/me']);

	it('tells everybody what binds them, and not why; what all spend together, those who may see budgets', async () => {
		const config = testConfig('api');
		const [member, admin] = [await addMember(config, owner, 'premium'), await addMember(config, owner, 'admin')];
		const note = { reason: 'a remark among administrators' };
		await create({ ...note, period: 'week', zone: 'organization' });
		await create({ ...note, attachment: 'key', attachmentId: member.keyRowId, period: 'day' });
		const limit = { attachment: 'key', attachmentId: member.keyRowId, metric: 'requests', window: 'hour', max: 77 };
		await askApi(api, owner, ['POST', '/limits', { ...limit, ...note }]);
		const { status, data, text } = await mine(member);
		expect(status).toBe(200);
		expect(text).not.toContain('remark');
		expect(data.limits).toContainEqual(expect.objectContaining({ ...limit, source: 'limit' }));
		expect(data.limits).toContainEqual(expect.objectContaining({ attachment: 'user', max: 300, source: 'template' }));
		expect(data.budgets).toMatchObject([{ attachment: 'key', period: 'day', remainingNanoUsd: '25000000000' }]);
		const attachments = (await mine(admin)).data.budgets.map(({ attachment }) => attachment);
		expect(new Set(attachments)).toEqual(new Set(['organization']));
	});
});
