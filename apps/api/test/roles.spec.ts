import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { permissionCatalogue } from '#libs/access';
import type { Config } from '#libs/config';
import { newId } from '#libs/kernel';
import { asOwner, eventually, freshDatabase, testConfig } from '#libs/testing';
import { type Client, clientOf } from './support/client.js';
import { startApi, type TestApi } from './support/start-api.js';
import { accessToken, addMember, addSession, addTenant, roleIdOf, type Tenant } from './support/tenants.js';

let api: TestApi;
let config: Config;
let owner: Tenant;
let admin: Tenant;
let asAdmin: Client;
let asTheOwner: Client;
beforeAll(async () => {
	await freshDatabase();
	config = testConfig('api');
	api = await startApi();
	owner = await addTenant(config, 'owner');
	admin = await addMember(config, owner, 'admin');
	asAdmin = clientOf(api.url, admin.key);
	asTheOwner = clientOf(api.url, owner.key);
});
afterAll(() => api.stop());

interface Role {
	readonly id: string;
	readonly name: string;
	readonly permissions: string[];
	readonly [field: string]: unknown;
}
let count = 0;
const makeRole = async (permissions: string[], more: object = {}, as = asAdmin) =>
	(await as<Role>('/api/v1/roles', { body: { name: `role ${++count}`, permissions, ...more } })).data;
const assign = (userId: string, roleId: string, more: object = {}, as = asAdmin) =>
	as<{ id: string }>('/api/v1/role-assignments', { body: { userId, roleId, ...more } });
const seesProjects = async ({ key }: Tenant) => (await clientOf(api.url, key)('/api/v1/projects')).status;
const newestEvent = async () => (await asTheOwner<{ items: object[] }>('/api/v1/audit-events?limit=1')).data.items[0];

describe('roles', () => {
	it('are made, changed and removed; the catalogue says what they can hold', async () => {
		const catalogue = await asAdmin('/api/v1/roles/permissions');
		expect(catalogue.data).toEqual({ items: permissionCatalogue, nextCursor: null });
		const models = { dialects: ['openai'], allow: ['gpt-*'], deny: ['gpt-5'] };
		const made = await makeRole(['models:use', 'models:read', 'models:use'], { description: 'd', models });
		expect(made).toMatchObject({ isBuiltIn: false, permissions: ['models:read', 'models:use'], models });
		expect((await asAdmin(`/api/v1/roles/${made.id}`)).data).toEqual(made);
		const changed = await asAdmin<Role>(`/api/v1/roles/${made.id}`, { method: 'PATCH', body: { name: 'other' } });
		expect(changed.data).toEqual({ ...made, name: 'other' });
		expect(await newestEvent()).toMatchObject({
			action: 'role.update',
			before: { name: made.name },
			after: { name: 'other' },
		});
		expect((await asAdmin(`/api/v1/roles/${made.id}`, { method: 'DELETE' })).status).toBe(204);
		expect((await asAdmin(`/api/v1/roles/${made.id}`)).status).toBe(404);
	});

	it('have names of their own, and permissions that exist and can be given', async () => {
		const { name, id } = await makeRole([]);
		for (const taken of [name, 'owner', 'basic'])
			expect(await asAdmin('/api/v1/roles', { body: { name: taken, permissions: [] } })).toMatchObject({
				status: 409,
				code: 'role_name_taken',
			});
		expect((await asAdmin(`/api/v1/roles/${id}`, { method: 'PATCH', body: { name: 'viewer' } })).status).toBe(409);
		for (const wrong of ['nonsense', 'account:self', 'instance:users', '__proto__'])
			expect(await asTheOwner('/api/v1/roles', { body: { name: 'x', permissions: [wrong] } })).toMatchObject({
				status: 400,
				code: 'unknown_permission',
			});
		expect(
			await asAdmin('/api/v1/roles', { body: { name: 'x', permissions: [], models: { dialects: ['x'] } } }),
		).toMatchObject({ status: 400, code: 'validation_failed' });
	});

	it('that are built in stay as they are', async () => {
		for (const asked of [{ method: 'PATCH', body: { name: 'x' } }, { method: 'DELETE' }])
			expect(await asTheOwner(`/api/v1/roles/${roleIdOf('basic')}`, asked)).toMatchObject({
				status: 409,
				code: 'built_in_role',
			});
	});

	it('never give more than their maker has, nor can be changed or taken by somebody with less', async () => {
		expect(
			await asAdmin('/api/v1/roles', { body: { name: 'x', permissions: ['organizations:delete'] } }),
		).toMatchObject({
			status: 403,
			code: 'role_too_powerful',
		});
		const above = await makeRole(['organizations:delete'], {}, asTheOwner);
		const tooPowerful = { status: 403, code: 'role_too_powerful' };
		expect(await asAdmin(`/api/v1/roles/${above.id}`, { method: 'PATCH', body: { permissions: [] } })).toMatchObject(
			tooPowerful,
		);
		expect(await asAdmin(`/api/v1/roles/${above.id}`, { method: 'DELETE' })).toMatchObject(tooPowerful);
		expect(await assign(admin.userId, above.id)).toMatchObject(tooPowerful);
		expect(await assign(admin.userId, roleIdOf('owner'))).toMatchObject(tooPowerful);
		const third = await addMember(config, owner, undefined);
		const { data } = await assign(third.userId, above.id, {}, asTheOwner);
		expect(await asAdmin(`/api/v1/role-assignments/${data.id}`, { method: 'DELETE' })).toMatchObject(tooPowerful);
		expect((await asTheOwner(`/api/v1/role-assignments/${data.id}`, { method: 'DELETE' })).status).toBe(204);
	});

	it('hand on models only as far as their maker may use them', async () => {
		const limited = await makeRole(['models:use', 'roles:write', 'roles:read'], {
			models: { allow: ['gpt-*'], deny: ['gpt-5'] },
		});
		const member = await addMember(config, owner, undefined);
		await assign(member.userId, limited.id);
		const as = clientOf(api.url, member.key);
		const body = (models: object) => ({ body: { name: `m${++count}`, permissions: ['models:use'], models } });
		expect((await as('/api/v1/roles', body({ allow: ['gpt-4o'], deny: ['gpt-5'] }))).status).toBe(201);
		for (const wider of [{}, { allow: ['*'], deny: ['gpt-5'] }, { allow: ['gpt-4o'] }])
			expect((await as('/api/v1/roles', body(wider))).code).toBe('role_too_powerful');
	});
});

describe('assignments', () => {
	it('count at once on every credential, and their end too', async () => {
		const member = await addMember(config, owner, undefined);
		const token = clientOf(api.url, accessToken(config, member, await addSession(member)));
		expect([await seesProjects(member), (await token('/api/v1/projects')).status]).toEqual([403, 403]);
		const given = await assign(member.userId, roleIdOf('viewer'));
		expect(given).toMatchObject({ status: 201, data: { roleName: 'viewer', projectId: null, expiresAt: null } });
		expect([await seesProjects(member), (await token('/api/v1/projects')).status]).toEqual([200, 200]);
		expect(await assign(member.userId, roleIdOf('viewer'))).toMatchObject({ status: 409, code: 'already_assigned' });
		const list = await asAdmin<{ items: object[] }>(`/api/v1/role-assignments?userId=${member.userId}`);
		expect(list.data.items).toEqual([given.data]);
		expect((await asAdmin(`/api/v1/role-assignments/${given.data.id}`, { method: 'DELETE' })).status).toBe(204);
		expect(await newestEvent()).toMatchObject({
			action: 'role.revoke',
			targetId: member.userId,
			before: { roleName: 'viewer' },
		});
		expect([await seesProjects(member), (await token('/api/v1/projects')).status]).toEqual([403, 403]);
	});

	it('change with their role, at once', async () => {
		const member = await addMember(config, owner, undefined);
		const { id } = await makeRole(['usage:read_own']);
		await assign(member.userId, id);
		expect(await seesProjects(member)).toBe(403);
		await asAdmin(`/api/v1/roles/${id}`, { method: 'PATCH', body: { permissions: ['projects:read'] } });
		expect(await seesProjects(member)).toBe(200);
		expect(await asAdmin(`/api/v1/roles/${id}`, { method: 'DELETE' })).toMatchObject({
			status: 409,
			code: 'role_in_use',
		});
	});

	it('end by themselves', async () => {
		const member = await addMember(config, owner, undefined);
		expect((await assign(member.userId, roleIdOf('viewer'), { expiresAt: '2001-01-01T00:00:00Z' })).code).toBe(
			'expiry_in_past',
		);
		const expiresAt = new Date(Date.now() + 1_000).toISOString();
		expect((await assign(member.userId, roleIdOf('viewer'), { expiresAt })).status).toBe(201);
		expect(await seesProjects(member)).toBe(200);
		await eventually(async () => ((await seesProjects(member)) === 403 ? true : undefined), 9_000);
		expect((await assign(member.userId, roleIdOf('viewer'))).status).toBe(201); // in the place of the one that is over
	});

	it('in one project bring what belongs to projects, there only', async () => {
		const member = await addMember(config, owner, undefined);
		const { data: elsewhere } = await asAdmin<{ id: string }>('/api/v1/projects', { body: { name: 'Elsewhere' } });
		await assign(member.userId, roleIdOf('admin'), { projectId: owner.projectId });
		const as = clientOf(api.url, member.key);
		expect((await as('/v1/models')).status).toBe(200);
		for (const path of ['/api/v1/users', '/api/v1/projects', '/api/v1/audit-events', '/api/v1/providers'])
			expect((await as(path)).status).toBe(403);
		await asOwner('UPDATE api_keys SET project_id = $1 WHERE id = $2', [elsewhere.id, member.keyRowId]);
		await assign(member.userId, roleIdOf('viewer'), { projectId: newId() }).then(({ status }) =>
			expect(status).toBe(404),
		);
		await assign(member.userId, (await makeRole([])).id); // any change makes the caches ask again
		expect((await as('/v1/models')).status).toBe(403);
	});

	it('take users, roles and projects of the organization only', async () => {
		const foreign = await addTenant(config, 'owner');
		const { data: theirs } = await clientOf(api.url, foreign.key)<Role>('/api/v1/roles', {
			body: { name: 'theirs', permissions: [] },
		});
		const own = await makeRole([]);
		for (const [userId, roleId, more] of [
			[foreign.userId, own.id, {}],
			[newId(), own.id, {}],
			[admin.userId, theirs.id, {}],
			[admin.userId, newId(), {}],
			[admin.userId, own.id, { projectId: foreign.projectId }],
		] as const)
			expect(await assign(userId, roleId, more)).toMatchObject({ status: 404, code: 'not_found' });
		for (const method of ['GET', 'PATCH', 'DELETE'])
			expect(
				(await asAdmin(`/api/v1/roles/${theirs.id}`, { method, ...(method === 'PATCH' ? { body: {} } : {}) })).status,
			).toBe(404);
	});

	it('leave the last owner the role', async () => {
		const tenant = await addTenant(config, 'owner');
		const as = clientOf(api.url, tenant.key);
		const { data } = await as<{ items: { id: string }[] }>('/api/v1/role-assignments');
		const last = { status: 409, code: 'last_owner' };
		expect(await as(`/api/v1/role-assignments/${data.items[0]?.id}`, { method: 'DELETE' })).toMatchObject(last);
		const second = await addMember(config, tenant, undefined);
		const expiresAt = new Date(Date.now() + 60_000).toISOString();
		const { data: forNow } = await assign(second.userId, roleIdOf('owner'), { expiresAt }, as);
		expect(await as(`/api/v1/role-assignments/${data.items[0]?.id}`, { method: 'DELETE' })).toMatchObject(last);
		await as(`/api/v1/role-assignments/${forNow.id}`, { method: 'DELETE' });
		await assign(second.userId, roleIdOf('owner'), {}, as);
		expect((await as(`/api/v1/role-assignments/${data.items[0]?.id}`, { method: 'DELETE' })).status).toBe(204);
	});
});
