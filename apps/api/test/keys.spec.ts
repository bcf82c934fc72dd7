import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Config } from '#libs/config';
import { newId } from '#libs/kernel';
import { KeyAuthenticator } from '#libs/keys';
import { asOwner, eventually, freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { type Client, clientOf } from './support/client.js';
import { startApi, type TestApi } from './support/start-api.js';
import { accessToken, addMember, addSession, addTenant, type Tenant } from './support/tenants.js';

interface Key {
	readonly id: string;
	readonly apiKey: string;
	readonly scopes: string[] | null;
	readonly lastUsedAt: string | null;
	readonly previousSecret: { expiresAt: string; lastUsedAt: string | null } | null;
	readonly [field: string]: unknown;
}

let upstream: MockUpstream;
let config: Config;
let api: TestApi;
let replica: TestApi;
let owner: Tenant;
let person: Client;
beforeAll(async () => {
	await freshDatabase();
	upstream = await startMockUpstream();
	const settings = { EGRESS_ALLOW: '127.0.0.1' };
	config = testConfig('api', settings);
	[api, replica] = await Promise.all([startApi(settings), startApi({ ...settings, TRUSTED_PROXIES: '127.0.0.1' })]);
});
beforeEach(async () => {
	owner = await addTenant(config, 'owner');
	person = clientOf(api.url, accessToken(config, owner, await addSession(owner)));
	await asOwner(
		`INSERT INTO providers (organization_id, id, name, kind, base_url) VALUES ($1, $2, 'mock', 'openai-compatible', $3)`,
		[owner.organizationId, newId(), `${upstream.url}/v1`],
	);
});
afterAll(async () => {
	await Promise.all([api.stop(), replica.stop()]);
	await upstream.close();
});

const make = async (body: object, as = person) =>
	(await as<Key>('/api/v1/keys', { body: { name: 'k', ...body } })).data;
const by = ({ apiKey }: Pick<Key, 'apiKey'>, at = api) => clientOf(at.url, apiKey);
const chat = { messages: [{ role: 'user', content: 'Hello' }] };
const models = async (as: Client) => (await as<never>('/v1/models')).body['data'] as { id: string }[];

describe('a key', () => {
	it('has its settings, shows them, and shows its secret once', async () => {
		const settings = {
			name: 'ci',
			scopes: ['keys:read', 'models:use'],
			models: { dialects: ['openai'], allow: ['mock*'], deny: ['mock-x'] },
			ipRanges: ['127.0.0.0/8', '2001:db8::/32'],
			metadata: { team: 'search' },
			expiresAt: '2999-01-01T00:00:00.000Z',
		};
		const { apiKey, ...shown } = await make(settings);
		expect(shown).toMatchObject({ ...settings, parentKeyId: null, previousSecret: null, lastUsedAt: null });
		const { data } = await person<Key>(`/api/v1/keys/${shown.id}`);
		expect(data).toEqual(shown);
		expect(JSON.stringify(data)).not.toContain(apiKey.slice(16));
		const change = { name: 'ci 2', ipRanges: null, metadata: {}, expiresAt: null };
		const updated = await person<Key>(`/api/v1/keys/${shown.id}`, { method: 'PATCH', body: change });
		expect(updated.data).toEqual({ ...shown, ...change });
	});

	it.each([
		[{ ipRanges: ['10.1'] }, 'validation_failed'],
		[{ ipRanges: [] }, 'validation_failed'],
		[{ models: { dialects: ['x'] } }, 'validation_failed'],
		[{ models: { allow: [''] } }, 'validation_failed'],
		[{ metadata: { a: 1 } }, 'validation_failed'],
		[{ metadata: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`k${n}`, ''])) }, 'validation_failed'],
		[{ scopes: ['account:self'] }, 'invalid_scope'],
		[{ expiresAt: '2001-01-01T00:00:00Z' }, 'expiry_in_past'],
		[{ secretHash: 'x' }, 'validation_failed'],
	])('is not made of %j', async (body, code) => {
		expect(await person('/api/v1/keys', { body: { name: 'k', ...body } })).toMatchObject({ status: 400, code });
	});

	it('works from its addresses only, and answers elsewhere as one that is not good', async () => {
		const key = await make({ ipRanges: ['192.0.2.0/24'] });
		const from = (ip: string) => by(key, replica)('/api/v1/projects', { headers: { 'x-forwarded-for': ip } });
		expect((await from('192.0.2.9')).status).toBe(200);
		for (const ip of ['192.0.3.9', '2001:db8::1', 'nonsense'])
			expect(await from(ip)).toMatchObject({ status: 401, code: 'invalid_api_key' });
		// an untrusted peer cannot say where it comes from
		const forged = await by(key)('/api/v1/projects', { headers: { 'x-forwarded-for': '192.0.2.9' } });
		expect(forged.status).toBe(401);
		const denials = async () => {
			const { data } = await person<{ items: object[] }>('/api/v1/audit-events?action=key.use_denied');
			return data.items.length === 2 ? data.items : undefined; // once for each replica
		};
		expect(await eventually(denials)).toContainEqual(
			expect.objectContaining({ result: 'failure', targetId: key.id, ip: '192.0.3.9', after: { reason: 'address' } }),
		);
	});

	it('may be limited to dialects and models, which hides all others', async () => {
		const all = (await models(person)).map(({ id }) => id);
		expect(all.length).toBeGreaterThan(1);
		const [shown = '', hidden = ''] = all;
		const key = by(await make({ models: { dialects: ['openai'], allow: [shown] } }));
		expect((await models(key)).map(({ id }) => id)).toEqual([shown]);
		expect((await key('/v1/chat/completions', { body: { model: shown, ...chat } })).status).toBe(200);
		const ofHidden = await key('/v1/chat/completions', { body: { model: hidden, ...chat } });
		const ofRandom = await key('/v1/chat/completions', { body: { model: 'random', ...chat } });
		expect(ofHidden).toMatchObject({ status: 404, code: 'model_not_found' });
		const worded = ({ body }: { body: object }) => JSON.stringify({ ...body, request_id: '' });
		expect(worded(ofHidden).replaceAll(hidden, 'random')).toBe(worded(ofRandom));
		for (const model of [hidden, 'random']) expect((await key(`/v1/models/${model}`)).status).toBe(404);
		for (const [path, body] of [
			['/api/tags', undefined],
			['/api/chat', { model: shown, stream: false, ...chat }],
			['/api/embed', { model: shown, input: 'x' }],
		] as const)
			expect((await key(path, body === undefined ? {} : { body })).status).toBe(403);
		const denied = by(await make({ models: { deny: [shown.toUpperCase()] } }));
		expect((await models(denied)).map(({ id }) => id)).toEqual(all.filter((id) => id !== shown));
		expect((await denied('/v1/chat/completions', { body: { model: shown, ...chat } })).status).toBe(404);
	});

	it('notes when it was used, for all keys at once and not for a call', async () => {
		const key = await make({});
		for (let n = 0; n < 5; n++) await by(key)('/api/v1/projects');
		expect((await person<Key>(`/api/v1/keys/${key.id}`)).data.lastUsedAt).toBeNull();
		await flushUses();
		const { lastUsedAt } = (await person<Key>(`/api/v1/keys/${key.id}`)).data;
		expect(Date.now() - Date.parse(lastUsedAt ?? '')).toBeLessThan(60_000);
	});
});

/** What the api does every ten seconds, and at its end. */
async function flushUses(): Promise<void> {
	const keys = api.app.get<unknown, { uses: { flush(): Promise<void> } }>(KeyAuthenticator, { strict: false });
	await keys.uses.flush();
}

describe('rotation', () => {
	it('leaves two live secrets, with the last use of each, until the overlap ends', async () => {
		const key = await make({});
		const { data: renewed, status } = await person<Key>(`/api/v1/keys/${key.id}/rotate`, {
			body: { overlapSeconds: 60 },
		});
		expect(status).toBe(201);
		expect(renewed.apiKey.slice(0, 16)).toBe(key.apiKey.slice(0, 16));
		expect(renewed.apiKey).not.toBe(key.apiKey);
		for (const at of [api, replica]) {
			expect((await by(key, at)('/api/v1/projects')).status).toBe(200);
			expect((await by(renewed, at)('/api/v1/projects')).status).toBe(200);
		}
		await flushUses();
		const { data } = await person<Key>(`/api/v1/keys/${key.id}`);
		expect([data.lastUsedAt, data.previousSecret?.lastUsedAt]).toEqual([expect.any(String), expect.any(String)]);
		expect(await person(`/api/v1/keys/${key.id}/rotate`, { body: {} })).toMatchObject({
			status: 409,
			code: 'rotation_in_progress',
		});
		expect((await person(`/api/v1/keys/${key.id}/previous-secret`, { method: 'DELETE' })).status).toBe(200);
		await eventually(async () => ((await by(key, replica)('/api/v1/projects')).status === 401 ? true : undefined));
		expect((await by(key)('/api/v1/projects')).status).toBe(401);
		expect((await by(renewed)('/api/v1/projects')).status).toBe(200);
	});

	it('ends the old secret by itself, or at once', async () => {
		const key = await make({});
		const { data: second } = await person<Key>(`/api/v1/keys/${key.id}/rotate`, { body: { overlapSeconds: 1 } });
		expect((await by(key)('/api/v1/projects')).status).toBe(200);
		await eventually(async () => ((await by(key)('/api/v1/projects')).status === 401 ? true : undefined));
		const { data: third } = await person<Key>(`/api/v1/keys/${key.id}/rotate`, { body: { overlapSeconds: 0 } });
		expect((await by(second)('/api/v1/projects')).status).toBe(401);
		expect((await by(third)('/api/v1/projects')).status).toBe(200);
		expect((await person(`/api/v1/keys/${key.id}`, { method: 'DELETE' })).status).toBe(200);
		expect(await person(`/api/v1/keys/${key.id}/rotate`, { body: {} })).toMatchObject({
			status: 409,
			code: 'key_revoked',
		});
	});
});

describe('a key made by a key', () => {
	it('stays within its parent, whatever becomes of the parent', async () => {
		const scopes = ['keys:read', 'keys:write', 'models:read', 'models:use', 'projects:read'];
		const [shown = '', other = ''] = (await models(person)).map(({ id }) => id);
		const parent = await make({ scopes });
		const child = await make({}, by(parent));
		expect(child).toMatchObject({ scopes, parentKeyId: parent.id });
		expect((await by(child)('/api/v1/projects')).status).toBe(200);
		const narrower = { scopes: scopes.slice(0, 4), models: { allow: [shown] } };
		await person(`/api/v1/keys/${parent.id}`, { method: 'PATCH', body: narrower });
		expect((await by(child)('/api/v1/projects')).status).toBe(403);
		expect((await models(by(child))).map(({ id }) => id)).toEqual([shown]);
		expect((await by(child)('/v1/chat/completions', { body: { model: other, ...chat } })).status).toBe(404);
		await person(`/api/v1/keys/${parent.id}`, { method: 'PATCH', body: { ipRanges: ['192.0.2.1'] } });
		expect((await by(child)('/v1/models')).status).toBe(401);
		await person(`/api/v1/keys/${parent.id}`, { method: 'PATCH', body: { ipRanges: null } });
		expect((await by(child)('/v1/models')).status).toBe(200);
		await person(`/api/v1/keys/${parent.id}`, { method: 'DELETE' });
		expect((await by(child)('/v1/models')).status).toBe(401);
	});

	it('cannot free itself, or get at the secret of another', async () => {
		const rights = ['keys:read', 'keys:write', 'keys:write_all', 'keys:read_all'];
		const strong = await make({});
		const narrow = await make({ scopes: rights, models: { allow: ['a'] } });
		const tooPowerful = { status: 403, code: 'key_too_powerful' };
		const own = `/api/v1/keys/${narrow.id}`;
		expect(await by(narrow)(own, { method: 'PATCH', body: { models: { allow: null } } })).toMatchObject(tooPowerful);
		expect(await by(narrow)(`/api/v1/keys/${strong.id}/rotate`, { body: {} })).toMatchObject(tooPowerful);
		expect((await by(narrow)(`${own}/rotate`, { body: {} })).status).toBe(201);
		const child = await make({}, by(narrow));
		expect((await by(narrow)(`/api/v1/keys/${child.id}`, { method: 'PATCH', body: { name: 'x' } })).status).toBe(200);
		expect(
			(await by(narrow)(`/api/v1/keys/${child.id}`, { method: 'PATCH', body: { scopes: ['models:use'] } })).code,
		).toBe('scope_not_held');
		let [last, status] = [child, 201];
		for (let n = 0; n < 8 && status === 201; n++) {
			const made = await by(last)<Key>('/api/v1/keys', { body: { name: `n${n}` } });
			[last, status] = [made.data ?? last, made.status];
		}
		expect(status).toBe(409);
	});

	it('cannot be used to reach more than its maker: an admin gets no secret of an owner', async () => {
		const admin = await addMember(config, owner, 'admin');
		const asAdmin = clientOf(api.url, accessToken(config, admin, await addSession(admin)));
		const ofOwner = await make({});
		const tooPowerful = { status: 403, code: 'key_too_powerful' };
		expect(await asAdmin(`/api/v1/keys/${ofOwner.id}/rotate`, { body: {} })).toMatchObject(tooPowerful);
		expect(await asAdmin(`/api/v1/keys/${ofOwner.id}`, { method: 'PATCH', body: { name: 'x' } })).toMatchObject(
			tooPowerful,
		);
		const narrow = await make({ scopes: ['models:use'] });
		expect((await asAdmin(`/api/v1/keys/${narrow.id}/rotate`, { body: {} })).status).toBe(201);
		expect((await asAdmin(`/api/v1/keys/${ofOwner.id}`, { method: 'DELETE' })).status).toBe(200);
	});

	it('for somebody else keeps to the models of its maker', async () => {
		const [shown = '', other = ''] = (await models(person)).map(({ id }) => id);
		const { data: role } = await person<{ id: string }>('/api/v1/roles', {
			body: {
				name: 'limited',
				permissions: ['models:read', 'models:use', 'keys:write', 'keys:write_all'],
				models: { allow: [shown] },
			},
		});
		const limited = await addMember(config, owner, undefined);
		await person('/api/v1/role-assignments', { body: { userId: limited.userId, roleId: role.id } });
		const asLimited = clientOf(api.url, accessToken(config, limited, await addSession(limited)));
		const forOwner = await make({ userId: owner.userId }, asLimited);
		expect((await models(by(forOwner))).map(({ id }) => id)).toEqual([shown]);
		expect((await by(forOwner)('/v1/chat/completions', { body: { model: other, ...chat } })).status).toBe(404);
	});
});

it('as many keys as there may be are made at once, and no more', async () => {
	await asOwner(
		`INSERT INTO api_keys (organization_id, id, project_id, user_id, key_id, secret_hash, pepper_kid, name)
		SELECT $1::uuid, gen_random_uuid(), $2, $3, substr(md5(n::text || $1::text), 1, 12), '\\x00', 'k', 'n' FROM generate_series(1, 189) n`,
		[owner.organizationId, owner.projectId, owner.userId],
	);
	const answers = await Promise.all(Array.from({ length: 50 }, () => person('/api/v1/keys', { body: { name: 'q' } })));
	const made = answers.filter(({ status }) => status === 201).length;
	expect([made, new Set(answers.map(({ code }) => code))]).toEqual([10, new Set([undefined, 'quota_reached'])]);
	const [row] = await asOwner<{ count: string }>('SELECT count(*) FROM api_keys WHERE user_id = $1', [owner.userId]);
	expect(row?.count).toBe('200');
});
