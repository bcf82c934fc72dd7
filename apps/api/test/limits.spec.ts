import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#libs/kernel';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import { askApi } from './support/ask-api.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addMember, addTenant, roleIdOf, type Tenant } from './support/tenants.js';

interface Limit {
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

const ask = <T = Limit>(method: string, path: string, body?: unknown, by = owner) =>
	askApi<T>(api, by, [method, `/limits${path}`, body]);
const LATER = '2099-01-01T00:00:00.000Z';
const perMinute = { attachment: 'organization', metric: 'requests', window: 'minute', max: 100 };
const create = async (over: object = {}, by = owner): Promise<Limit> => {
	const { data, status, text } = await ask('POST', '', { ...perMinute, ...over }, by);
	if (status !== 201) throw new Error(text);
	return data;
};

describe('limits', () => {
	it('are set, seen, listed, changed and removed, each with an event that says how it was and is', async () => {
		const made = await create({ attachment: 'user', attachmentId: basic.userId, model: 'gpt-4*', reason: 'why' });
		expect(made).toMatchObject({
			attachment: 'user',
			attachmentId: basic.userId,
			dialect: null,
			max: 100,
			reason: 'why',
		});
		expect(made).toMatchObject({ expiresAt: null, createdBy: owner.userId });
		const changed = await ask('PATCH', `/${made.id}`, { max: 5, expiresAt: LATER, reason: null });
		expect(changed.data).toMatchObject({ max: 5, expiresAt: LATER, reason: null, model: 'gpt-4*' });
		expect((await ask('GET', `/${made.id}`)).data).toEqual(changed.data);
		expect((await ask('DELETE', `/${made.id}`)).status).toBe(204);
		expect((await ask('GET', `/${made.id}`)).status).toBe(404);
		const events = await asOwner<{ action: string; before: Limit; after: Limit }>(
			'SELECT action, before, after FROM audit_events WHERE target_id = $1 ORDER BY id',
			[made.id],
		);
		expect(events.map(({ action, before, after }) => [action, before?.['max'], after?.['max']])).toEqual([
			['limit.create', undefined, 100],
			['limit.update', 100, 5],
			['limit.delete', 5, undefined],
		]);
	});

	it('are listed page by page, for what they are attached to', async () => {
		const ids = [];
		for (const window of ['minute', 'hour', 'day'])
			ids.push((await create({ attachment: 'key', attachmentId: basic.keyRowId, window })).id);
		const of = `attachment=key&attachmentId=${basic.keyRowId}`;
		const first = await ask<{ items: Limit[]; nextCursor: string }>('GET', `?limit=2&${of}`);
		const rest = await ask<{ items: Limit[]; nextCursor: string | null }>(
			'GET',
			`?limit=2&${of}&cursor=${encodeURIComponent(first.data.nextCursor)}`,
		);
		expect([...first.data.items, ...rest.data.items].map(({ id }) => id)).toEqual(ids.toReversed());
		expect(rest.data.nextCursor).toBeNull();
		const none = await ask<{ items: Limit[] }>('GET', `?attachment=user&attachmentId=${basic.keyRowId}`);
		expect(none.data.items).toEqual([]);
	});

	it('are one in a place for good, and one that ends; what has ended makes room', async () => {
		const place = { attachment: 'project', attachmentId: owner.projectId };
		await create(place);
		expect(await ask('POST', '', { ...perMinute, ...place })).toMatchObject({ status: 409, code: 'already_exists' });
		const override = await create({ ...place, max: 1_000, expiresAt: LATER });
		expect((await ask('POST', '', { ...perMinute, ...place, expiresAt: LATER })).status).toBe(409);
		await asOwner(`UPDATE limits SET expires_at = now() WHERE id = $1`, [override.id]);
		expect((await create({ ...place, max: 2_000, expiresAt: LATER })).id).not.toBe(override.id);
		expect((await ask('GET', `/${override.id}`)).status).toBe(404);
	});

	it('are made once under one Idempotency-Key', async () => {
		const post = async () => {
			const headers = { 'x-api-key': owner.key, 'content-type': 'application/json', 'idempotency-key': 'once-only-1' };
			const body = JSON.stringify({ ...perMinute, dialect: 'ollama' });
			const answer = await fetch(`${api.url}/api/v1/limits`, { method: 'POST', headers, body });
			return { status: answer.status, text: await answer.text() };
		};
		expect(await post()).toEqual(await post());
		const rows = await asOwner(`SELECT 1 FROM limits WHERE organization_id = $1 AND dialect = 'ollama'`, [
			owner.organizationId,
		]);
		expect(rows).toHaveLength(1);
	});

	it.each([
		[{ attachment: 'team' }, 'attachment'],
		[{ attachment: 'user' }, 'attachmentId'],
		[{ attachmentId: newId() }, 'attachmentId'],
		[{ metric: 'money' }, 'metric'],
		[{ window: null }, 'window'],
		[{ metric: 'concurrency' }, 'window'],
		[{ window: 'year' }, 'window'],
		[{ max: -1 }, 'max'],
		[{ max: 2 ** 53 }, 'max'],
		[{ dialect: 'grpc' }, 'dialect'],
		[{ model: '' }, 'model'],
		[{ expiresAt: '2001-01-01T00:00:00Z' }, 'expiresAt'],
		[{ organizationId: newId() }, 'organizationId'],
		[{ createdBy: newId() }, 'createdBy'],
		[{ id: newId() }, 'id'],
	])('refuse %j, naming the field', async (over, field) => {
		const { status, fields } = await ask('POST', '', { ...perMinute, dialect: 'anthropic', ...over });
		expect({ status, fields: [...new Set(fields)] }).toEqual({ status: 400, fields: [field] });
	});

	it('do not change where or what they count', async () => {
		const { id } = await create({ model: 'fixed' });
		for (const change of [{ metric: 'concurrency' }, { attachment: 'user' }, { window: 'day' }, { model: 'm' }])
			expect(await ask('PATCH', `/${id}`, change)).toMatchObject({ status: 400, fields: Object.keys(change) });
	});

	it('are attached to nothing of another organization: it is like what does not exist', async () => {
		const worded = ({ status, text }: { status: number; text: string }) =>
			`${status} ${text.replace(/"requestId":"[^"]+"/, '')}`;
		for (const [attachment, theirs] of [
			['project', stranger.projectId],
			['user', stranger.userId],
			['key', stranger.keyRowId],
		]) {
			const foreign = await ask('POST', '', { ...perMinute, attachment, attachmentId: theirs });
			expect(foreign.status).toBe(404);
			const unknown = await ask('POST', '', { ...perMinute, attachment, attachmentId: newId() });
			expect(worded(foreign)).toBe(worded(unknown));
		}
		const { id } = await create({ model: 'mine-only' });
		for (const [method, body] of [['GET'], ['PATCH', { max: 1 }], ['DELETE']] as const)
			expect(worded(await ask(method, `/${id}`, body, stranger))).toBe(
				worded(await ask(method, `/${newId()}`, body, stranger)),
			);
		const listed = await ask<{ items: Limit[] }>('GET', '', undefined, stranger);
		expect(listed.data.items).toEqual([]);
	});

	it('are nothing that a member without the right can raise, not even their own', async () => {
		const own = await create({ attachment: 'user', attachmentId: basic.userId, metric: 'output_tokens' });
		for (const [method, path, body] of [
			['POST', '', { ...perMinute, attachment: 'user', attachmentId: basic.userId, max: 9_999 }],
			['PATCH', `/${own.id}`, { max: 9_999 }],
			['DELETE', `/${own.id}`],
			['PUT', `/templates/${roleIdOf('basic')}`, { limits: [] }],
		] as const)
			expect(await ask(method, path, body, basic)).toMatchObject({ status: 403, code: 'permission_denied' });
		expect((await ask('GET', `/${own.id}`)).data).toMatchObject({ max: 100 });
	});
});

describe('templates of roles', () => {
	interface Template {
		roleId: string;
		roleName: string;
		source: string;
		limits: object[];
	}
	const templates = async (by = owner): Promise<Template[]> =>
		(await ask<{ items: Template[] }>('GET', '/templates', undefined, by)).data.items;
	const basicOf = async (by = owner) => (await templates(by)).find(({ roleName }) => roleName === 'basic');
	const path = `/templates/${roleIdOf('basic')}`;
	const row = { metric: 'requests', window: 'hour', max: 7 };

	it("are the installation's, until an organization has its own; and again when that is taken away", async () => {
		const before = await basicOf();
		expect(before).toMatchObject({ source: 'default' });
		expect(before?.limits).toContainEqual({
			metric: 'requests',
			window: 'minute',
			max: 60,
			dialect: null,
			model: null,
		});
		expect((await templates()).find(({ roleName }) => roleName === 'owner')).toMatchObject({
			source: 'none',
			limits: [],
		});
		const put = await ask('PUT', path, { limits: [row] });
		expect(put.data).toMatchObject({ source: 'organization', limits: [{ ...row, dialect: null, model: null }] });
		expect(await basicOf(stranger)).toEqual(before);
		expect((await ask('PUT', path, { limits: [] })).data).toMatchObject({ source: 'organization', limits: [] });
		expect((await ask('DELETE', path)).status).toBe(204);
		expect(await basicOf()).toEqual(before);
		const events = await asOwner(`SELECT 1 FROM audit_events WHERE action = 'limit.template_change'`);
		expect(events).toHaveLength(3);
	});

	it('go with a role of the organization, and are nobody else’s', async () => {
		const { data: role } = await askApi<{ id: string }>(api, owner, [
			'POST',
			'/roles',
			{ name: 'contractor', permissions: ['models:use'] },
		]);
		const limits = [row, { metric: 'concurrency', max: 2 }];
		expect((await ask('PUT', `/templates/${role.id}`, { limits })).status).toBe(200);
		expect(await ask('PUT', `/templates/${role.id}`, { limits }, stranger)).toMatchObject({ status: 404 });
		expect((await askApi(api, owner, ['DELETE', `/roles/${role.id}`])).status).toBe(204);
		expect((await templates()).map(({ roleId }) => roleId)).not.toContain(role.id);
	});

	it.each([
		[{ limits: [row, row] }, 'limits.1'],
		[{ limits: [{ ...row, window: null }] }, 'limits.0.window'],
		[{ limits: [{ ...row, attachment: 'user' }] }, 'limits.0.attachment'],
		[{}, 'limits'],
	])('refuse %j, naming the field', async (body, field) => {
		expect(await ask('PUT', path, body)).toMatchObject({ status: 400, fields: [field] });
	});
});

describe('which limits bind whom', () => {
	interface Effective {
		templateRoleId: string | null;
		items: (Limit & { source: string; overrides: { source: string; max: number }[] })[];
	}
	const effective = async (query: string, by = owner) => ask<Effective>('GET', `/effective?${query}`, undefined, by);

	it('is told with what each comes from, and what it overrides', async () => {
		const member = await addMember(testConfig('api'), owner, 'premium');
		const place = { attachment: 'user', attachmentId: member.userId, metric: 'requests', window: 'minute' };
		await create({ ...place, max: 400 });
		await create({ ...place, max: 500, expiresAt: LATER, reason: 'launch' });
		await create({ ...place, model: 'gpt-4*', max: 3 });
		await create({ attachment: 'key', attachmentId: member.keyRowId, max: 9, dialect: 'anthropic' });
		const ofKey = (await effective(`keyId=${member.keyRowId}`)).data;
		expect(ofKey.templateRoleId).toBe(roleIdOf('premium'));
		const of = ({ items }: Effective, attachment: string, model: string | null = null) =>
			items.filter((limit) => limit['attachment'] === attachment && limit['model'] === model);
		expect(of(ofKey, 'user').find(({ window }) => window === 'minute')).toMatchObject({
			max: 500,
			source: 'override',
			reason: 'launch',
			overrides: [
				{ source: 'limit', max: 400 },
				{ source: 'template', max: 300 },
			],
		});
		expect(of(ofKey, 'user').map(({ source }) => source)).toContain('template');
		expect(of(ofKey, 'key')).toMatchObject([{ max: 9 }]);
		expect(of(ofKey, 'user', 'gpt-4*')).toMatchObject([{ max: 3 }]);
		const llama = (await effective(`userId=${member.userId}&model=llama3&dialect=openai`)).data;
		expect([...of(llama, 'key'), ...of(llama, 'user', 'gpt-4*')]).toEqual([]);
	});

	it('is told of nobody of another organization', async () => {
		for (const theirs of [`userId=${stranger.userId}`, `keyId=${stranger.keyRowId}`, `projectId=${stranger.projectId}`])
			expect(await effective(theirs)).toMatchObject({ status: 404, code: 'not_found' });
		expect(await effective(`userId=${owner.userId}&keyId=${owner.keyRowId}`)).toMatchObject({ status: 400 });
	});
});
