import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase, testConfig } from '#libs/testing';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

interface Event {
	readonly action: string;
	readonly targetId: string;
	readonly ip: string;
	readonly userAgent: string;
	readonly requestId: string;
	readonly [field: string]: unknown;
}

let api: TestApi;
let tenant: Tenant;
beforeAll(async () => {
	await freshDatabase();
	api = await startApi();
	tenant = await addTenant(testConfig('api'));
});
afterAll(() => api.stop());

interface Ask extends RequestInit {
	readonly headers?: Record<string, string>;
}
async function ask(path: string, init: Ask = {}, { key } = tenant, at = api) {
	const headers = { 'x-api-key': key, 'content-type': 'application/json', ...init.headers };
	const response = await fetch(`${at.url}${path}`, { ...init, headers });
	return { status: response.status, body: (await response.json()) as { data: { id: string; items: Event[] } } };
}
const makeKey = (headers: Record<string, string> = {}, at = api) =>
	ask(
		'/api/v1/keys',
		{ method: 'POST', headers, body: JSON.stringify({ name: 'ci', scopes: ['models:use'] }) },
		tenant,
		at,
	);
const newest = async () => (await ask('/api/v1/audit-events?limit=1')).body.data.items[0] as Event;

describe('the audit log', () => {
	it('has who did what, with which key, from where, under the request id of the answer', async () => {
		const { body } = await makeKey({ 'user-agent': 'curl/8', 'x-request-id': 'request-0001' });
		expect(await newest()).toEqual({
			id: expect.any(String),
			occurredAt: expect.any(String),
			action: 'key.create',
			result: 'success',
			actorKind: 'key',
			actorId: tenant.keyRowId,
			userId: tenant.userId,
			targetType: 'api_key',
			targetId: body.data.id,
			before: null,
			after: expect.objectContaining({ name: 'ci', scopes: ['models:use'] }),
			ip: '127.0.0.1',
			userAgent: 'curl/8',
			requestId: 'request-0001',
			sequence: null,
		});
		expect(JSON.stringify((await ask('/api/v1/audit-events')).body)).not.toMatch(/pl_\w{12}_\w/);
	});

	it('is the organization’s own, page by page, by filter, and not for everybody', async () => {
		await makeKey();
		const foreign = await addTenant(testConfig('api'), 'admin');
		expect((await ask('/api/v1/audit-events', {}, foreign)).body.data.items).toEqual([]);
		for (const role of ['premium', 'basic', 'viewer'] as const)
			expect((await ask('/api/v1/audit-events', {}, await addTenant(testConfig('api'), role))).status).toBe(403);
		const { items } = (await ask('/api/v1/audit-events?action=key.create&targetType=api_key&result=success')).body.data;
		expect(items.length).toBeGreaterThan(1);
		expect((await ask('/api/v1/audit-events?action=key.revoke')).body.data.items).toEqual([]);
		expect((await ask('/api/v1/audit-events?from=yesterday')).status).toBe(400);
	});

	it('believes a forwarded address of a trusted proxy only', async () => {
		const forged = {
			'x-forwarded-for': '203.0.113.9',
			forwarded: 'for=203.0.113.9',
			'x-real-ip': '203.0.113.9',
			'x-user-id': tenant.userId,
		};
		await makeKey(forged);
		expect((await newest()).ip).toBe('127.0.0.1');
		const behindProxy = await startApi({ TRUSTED_PROXIES: '127.0.0.1' });
		try {
			await makeKey(forged, behindProxy);
			expect((await newest()).ip).toBe('203.0.113.9');
		} finally {
			await behindProxy.stop();
		}
	});
});
