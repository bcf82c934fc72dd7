import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Config } from '#libs/config';
import { auditActions } from '#libs/audit';
import { asOwner, eventually, freshDatabase, testConfig } from '#libs/testing';
import { type Client, clientOf } from './support/client.js';
import { startApi, type TestApi } from './support/start-api.js';
import { accessToken, addSession, addTenant, roleIdOf, type Tenant } from './support/tenants.js';

let api: TestApi;
let config: Config;
let owner: Tenant;
let as: Client;
beforeAll(async () => {
	await freshDatabase();
	config = testConfig('api');
	api = await startApi();
	owner = await addTenant(config, 'owner');
	as = clientOf(api.url, accessToken(config, owner, await addSession(owner)));
});
afterAll(() => api.stop());

const PASSWORD = 'quiet otter bicycle lagoon';

async function create(path: string, body: object): Promise<{ id: string; apiKey: string }> {
	const { status, data } = await as<{ id: string; apiKey: string }>(path, { body });
	expect({ path, status }).toEqual({ path, status: 201 });
	return data;
}
async function change(method: string, path: string, body?: object): Promise<void> {
	const { status } = await as(path, { method, ...(body === undefined ? {} : { body }) });
	expect({ method, path, ok: status >= 200 && status < 300 }).toEqual({ method, path, ok: true });
}
const login = async (email: string, password: string) => {
	const headers = { 'content-type': 'application/json' };
	const body = JSON.stringify({ email, password });
	const answer = await fetch(`${api.url}/api/v1/auth/login`, { method: 'POST', headers, body });
	return (await answer.json()) as { data: { accessToken: string; refreshToken: string } | null };
};

async function everyKind(): Promise<void> {
	const role = await create('/api/v1/roles', { name: 'r', permissions: ['models:use'] });
	await change('PATCH', `/api/v1/roles/${role.id}`, { description: 'd' });
	const account = await create('/api/v1/service-accounts', { name: 's', role: 'basic' });
	await change('PATCH', `/api/v1/service-accounts/${account.id}`, { name: 't' });
	const assignment = await create('/api/v1/role-assignments', { userId: account.id, roleId: role.id });
	await change('DELETE', `/api/v1/role-assignments/${assignment.id}`);
	await change('DELETE', `/api/v1/roles/${role.id}`);
	const key = await create('/api/v1/keys', { name: 'k' });
	await change('PATCH', `/api/v1/keys/${key.id}`, { name: 'l' });
	await change('POST', `/api/v1/keys/${key.id}/rotate`, {});
	await change('DELETE', `/api/v1/keys/${key.id}`);
	await clientOf(api.url, key.apiKey)('/api/v1/projects');
	const project = await create('/api/v1/projects', { name: 'p' });
	await change('PATCH', `/api/v1/projects/${project.id}`, { name: 'q' });
	await change('PATCH', '/api/v1/organizations/current', { name: 'o' });
	const upstream = { name: 'u', kind: 'openai-compatible', baseUrl: 'https://example.com/v1', apiKey: 'x'.repeat(20) };
	const provider = await create('/api/v1/providers', upstream);
	await change('PATCH', `/api/v1/providers/${provider.id}`, { name: 'v' });
	await create(`/api/v1/providers/${provider.id}/credentials`, { apiKey: 'y'.repeat(20) });
	await change('DELETE', `/api/v1/providers/${provider.id}`);
	await change('POST', '/api/v1/usage/rebuild', { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' });
	const invitation = await create('/api/v1/invitations', { email: 'guest@example.test', role: 'basic' });
	await change('DELETE', `/api/v1/invitations/${invitation.id}`);
	await everyRule();
	await aPerson();
}

const limit = { attachment: 'organization', metric: 'requests', window: 'minute', max: 10 };
const budget = { attachment: 'organization', period: 'month', amountNanoUsd: '1' };

async function everyRule(): Promise<void> {
	for (const [path, rule, changes] of [
		['/api/v1/limits', limit, { max: 1 }],
		['/api/v1/budgets', budget, { action: 'warn' }],
	] as const) {
		const { id } = await create(path, rule);
		await change('PATCH', `${path}/${id}`, changes);
		await change('DELETE', `${path}/${id}`);
	}
	await change('PUT', `/api/v1/limits/templates/${roleIdOf('basic')}`, { limits: [] });
}

async function aPerson(): Promise<void> {
	const email = 'jane@example.test';
	const user = await create('/api/v1/users', { email, name: 'Jane', password: PASSWORD, role: 'basic' });
	await change('PATCH', `/api/v1/users/${user.id}`, { name: 'Jane Doe' });
	await login(email, 'wrong');
	const { data } = await login(email, PASSWORD);
	const person = clientOf(api.url, data?.accessToken ?? '');
	expect((await person('/api/v1/auth/logout', { body: {} })).status).toBe(204);
	const again = clientOf(api.url, (await login(email, PASSWORD)).data?.accessToken ?? '');
	expect((await again('/api/v1/auth/logout-all', { body: {} })).status).toBeLessThan(300);
	await change('PATCH', `/api/v1/users/${user.id}`, { membershipStatus: 'suspended' });
	await change('PATCH', `/api/v1/users/${user.id}`, { membershipStatus: 'active' });
	await create('/api/v1/role-assignments', { userId: user.id, roleId: roleIdOf('viewer') });
	await change('GET', `/api/v1/users/${user.id}/export`);
	await change('DELETE', `/api/v1/users/${user.id}`);
}

it('what people and programs do to an organization is all in its log, with who, when and under which request', async () => {
	await everyKind();
	const seen = async () => {
		const rows = await asOwner<{ action: string }>(
			`SELECT DISTINCT action FROM audit_events WHERE organization_id = $1 AND request_id <> '' AND occurred_at <= now()`,
			[owner.organizationId],
		);
		const kinds = rows.map(({ action }) => action).toSorted();
		return kinds.includes('key.use_denied') ? kinds : undefined; // nobody waits for that one
	};
	const kinds = await eventually(seen);
	process.stdout.write(`audit: ${kinds.length} kinds triggered and found, of ${Object.keys(auditActions).length}\n`);
	expect(kinds.length).toBeGreaterThanOrEqual(25);
	expect(kinds.filter((kind) => !(kind in auditActions))).toEqual([]);
	const rows = await asOwner<{ row: string }>('SELECT audit_events::text AS row FROM audit_events');
	const all = rows.map(({ row }) => row).join('\n');
	for (const secret of [PASSWORD, 'x'.repeat(20), 'y'.repeat(20), 'argon2', 'plr_']) expect(all).not.toContain(secret);
	expect(all).not.toMatch(/pl_\w{12}_\w{38}/);
});

it('ids of another organization in a body are as good as none, and are never shown again', async () => {
	const foreign = await addTenant(config, 'owner');
	const theirs = clientOf(api.url, foreign.key);
	const { data: theirRole } = await theirs<{ id: string }>('/api/v1/roles', {
		body: { name: 'theirs', permissions: [] },
	});
	const cases: readonly (readonly [string, object])[] = [
		['/api/v1/keys', { name: 'k', userId: foreign.userId }],
		['/api/v1/keys', { name: 'k', projectId: foreign.projectId }],
		['/api/v1/role-assignments', { userId: foreign.userId, roleId: roleIdOf('viewer') }],
		['/api/v1/role-assignments', { userId: owner.userId, roleId: theirRole.id }],
		['/api/v1/role-assignments', { userId: owner.userId, roleId: roleIdOf('viewer'), projectId: foreign.projectId }],
		['/api/v1/access/explain', { userId: foreign.userId }],
		['/api/v1/access/explain', { keyId: foreign.keyRowId }],
		['/api/v1/access/explain', { projectId: foreign.projectId }],
		['/api/v1/limits', { ...limit, attachment: 'user', attachmentId: foreign.userId }],
		['/api/v1/limits', { ...limit, attachment: 'key', attachmentId: foreign.keyRowId }],
		['/api/v1/budgets', { ...budget, attachment: 'project', attachmentId: foreign.projectId }],
		['/api/v1/auth/switch', { organizationId: foreign.organizationId }],
	];
	const before = await theirs<{ items: object[] }>('/api/v1/keys');
	for (const [path, body] of cases)
		expect({ path, body, status: (await as(path, { body })).status }).toEqual({ path, body, status: 404 });
	expect((await theirs<{ items: object[] }>('/api/v1/keys')).data.items).toHaveLength(before.data.items.length);
	process.stdout.write(`audit: ${cases.length} bodies with ids of another organization, all 404\n`);
});
