import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Config } from '#libs/config';
import { newId } from '#libs/kernel';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import { type Client, clientOf } from './support/client.js';
import { startApi, type TestApi } from './support/start-api.js';
import { accessToken, addMember, addSession, addTenant, roleIdOf, type Tenant } from './support/tenants.js';

interface Key {
	readonly id: string;
	readonly apiKey: string;
}

let config: Config;
let api: TestApi;
let owner: Tenant;
let person: Client;
beforeAll(async () => {
	await freshDatabase();
	config = testConfig('api');
	api = await startApi();
});
beforeEach(async () => {
	owner = await addTenant(config, 'owner');
	person = clientOf(api.url, accessToken(config, owner, await addSession(owner)));
});
afterAll(() => api.stop());

const make = async (body: object) => (await person<Key>('/api/v1/keys', { body: { name: 'k', ...body } })).data;
const by = ({ apiKey }: Pick<Key, 'apiKey'>) => clientOf(api.url, apiKey);

describe('a service account', () => {
	it('owns keys that end with it, has roles, and is no person', async () => {
		const made = await person<{ id: string; status: string }>('/api/v1/service-accounts', {
			body: { name: 'reports', role: 'basic' },
		});
		expect(made).toMatchObject({ status: 201, data: { name: 'reports', status: 'active', roles: ['basic'] } });
		const { id } = made.data;
		const key = await make({ userId: id, scopes: ['models:read', 'models:use', 'keys:read'] });
		expect((await by(key)('/v1/models')).status).toBe(200);
		expect((await person(`/api/v1/users/${id}`)).status).toBe(404);
		const { data } = await person<{ items: { id: string }[] }>('/api/v1/users');
		expect(data.items.map((user) => user.id)).not.toContain(id);
		const email = `${id}@service.invalid`;
		const login = await fetch(`${api.url}/api/v1/auth/login`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ email, password: 'a decent long password' }),
		});
		expect(login.status).toBe(401);
		const end = await person(`/api/v1/service-accounts/${id}`, {
			method: 'PATCH',
			body: { status: 'suspended', name: 'old' },
		});
		expect(end.data).toMatchObject({ name: 'old', status: 'suspended' });
		expect((await by(key)('/v1/models')).status).toBe(401);
		const foreign = await addTenant(config, 'owner');
		expect((await clientOf(api.url, foreign.key)(`/api/v1/service-accounts/${id}`)).status).toBe(404);
		expect((await person<{ items: object[] }>('/api/v1/service-accounts')).data.items).toHaveLength(1);
	});

	it('gets no role that its maker does not have', async () => {
		const admin = await addMember(config, owner, 'admin');
		const as = clientOf(api.url, admin.key);
		expect((await as('/api/v1/service-accounts', { body: { name: 'x', role: 'owner' } })).code).toBe(
			'role_too_powerful',
		);
		expect((await as('/api/v1/service-accounts', { body: { name: 'x', role: 'nonsense' } })).code).toBe('unknown_role');
	});
});

describe('POST /api/v1/access/explain', () => {
	interface Explanation {
		readonly isAllowed: boolean;
		readonly checks: { check: string; isPassed: boolean }[];
		readonly grants: { roleName: string }[];
	}
	const explain = async (body: object, as = person) => (await as<Explanation>('/api/v1/access/explain', { body })).data;
	const failed = ({ checks }: Explanation) => checks.filter(({ isPassed }) => !isPassed).map(({ check }) => check);

	it('says what a person may do, and by which role', async () => {
		expect(await explain({ permission: 'organizations:delete' })).toMatchObject({
			isAllowed: true,
			grants: [{ roleName: 'owner' }],
		});
		const viewer = await addMember(config, owner, 'viewer');
		const no = await explain({ userId: viewer.userId, permission: 'models:use' });
		expect([no.isAllowed, failed(no), no.grants]).toEqual([false, ['permission'], []]);
		await person('/api/v1/role-assignments', {
			body: { userId: viewer.userId, roleId: roleIdOf('basic'), projectId: owner.projectId },
		});
		expect(await explain({ userId: viewer.userId })).toMatchObject({
			isAllowed: true,
			grants: [{ roleName: 'basic' }],
		});
		await asOwner(`UPDATE memberships SET status = 'suspended' WHERE user_id = $1`, [viewer.userId]);
		expect(failed(await explain({ userId: viewer.userId }))).toEqual(['active']);
	});

	it('agrees with what a key may do, and says where it fails', async () => {
		const key = await make({
			scopes: ['models:use', 'roles:read'],
			models: { dialects: ['openai'], allow: ['a*'] },
			ipRanges: ['127.0.0.1'],
		});
		const ask = async (question: object) => failed(await explain({ keyId: key.id, ...question }));
		expect(await ask({ permission: 'models:use' })).toEqual([]);
		expect(await ask({ model: 'abc', dialect: 'openai', ip: '127.0.0.1' })).toEqual([]);
		expect(await ask({ permission: 'users:read' })).toEqual(['scope']);
		expect(await ask({ permission: 'account:self' })).toEqual(['scope', 'scope']);
		expect(await ask({ model: 'b' })).toEqual(['model']);
		expect(await ask({ dialect: 'ollama' })).toEqual(['dialect']);
		expect(await ask({ ip: '192.0.2.1' })).toEqual(['address']);
		expect(failed(await explain({ permission: 'keys:read' }, by(key)))).toEqual(['scope']); // about itself
		await person(`/api/v1/keys/${key.id}`, { method: 'DELETE' });
		expect(await ask({})).toEqual(['key']);
	});

	it('tells nobody about others without the right to see them', async () => {
		const basic = await addMember(config, owner, 'basic');
		const as = clientOf(api.url, basic.key);
		expect((await as('/api/v1/access/explain', { body: { userId: owner.userId } })).status).toBe(403);
		expect((await as('/api/v1/access/explain', { body: { keyId: owner.keyRowId } })).status).toBe(404);
		const foreign = await addTenant(config, 'owner');
		for (const about of [{ userId: foreign.userId }, { keyId: foreign.keyRowId }, { projectId: foreign.projectId }])
			expect((await person('/api/v1/access/explain', { body: about })).status).toBe(404);
		expect((await person('/api/v1/access/explain', { body: { userId: newId(), keyId: newId() } })).status).toBe(400);
	});
});
