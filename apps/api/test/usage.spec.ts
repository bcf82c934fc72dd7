import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#libs/kernel';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

let api: TestApi;
let owner: Tenant;

async function ask(path: string, key: string, init: RequestInit = {}) {
	const response = await fetch(`${api.url}/api/v1${path}`, {
		...init,
		headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
	});
	return { status: response.status, ...((await response.json()) as Answer) };
}
interface Answer {
	readonly data: never;
	readonly error?: { readonly code: string };
	readonly errors: { readonly field: string; readonly code: string }[] | null;
}
const aRow = (organizationId: string, userId: string, at: Date) =>
	asOwner('SELECT append_usage($1::json)', [
		JSON.stringify([
			{
				occurred_on: at.toISOString().slice(0, 10),
				event_id: newId(),
				organization_id: organizationId,
				occurred_at: at,
				user_id: userId,
				dialect: 'openai',
				operation: 'chat',
				model: 'm',
				alias: 'm',
				status: 'ok',
				usage_source: 'provider',
				is_estimated: false,
				is_streamed: false,
				input_tokens: 7,
				cache_read_tokens: 0,
				cache_write_tokens: 0,
				output_tokens: 5,
				reasoning_tokens: 0,
				cost_nano_usd: 0,
				input_cost_nano_usd: 0,
				cache_read_cost_nano_usd: 0,
				cache_write_cost_nano_usd: 0,
				output_cost_nano_usd: 0,
				reasoning_cost_nano_usd: 0,
				attempts: 1,
			},
		]),
	]);

beforeAll(async () => {
	await freshDatabase();
	api = await startApi();
	owner = await addTenant(testConfigOfApi());
	await aRow(owner.organizationId, owner.userId, new Date());
	await aRow(owner.organizationId, newId(), new Date());
});
afterAll(() => api?.stop());
const testConfigOfApi = () => testConfig('api');

describe('GET /api/v1/usage', () => {
	it("sums up everybody's calls for who may see them", async () => {
		const { status, data } = await ask('/usage?groupBy=model', owner.key);
		expect(status).toBe(200);
		expect(data).toMatchObject({
			groupBy: 'model',
			items: [{ group: 'm', calls: 2, inputTokens: 14, outputTokens: 10, costNanoUsd: '0' }],
			total: { calls: 2 },
		});
	});

	it.each(['basic', 'viewer'] as const)('answers a %s', async (role) => {
		const tenant = await addTenant(testConfigOfApi(), role);
		await aRow(tenant.organizationId, tenant.userId, new Date());
		await aRow(tenant.organizationId, newId(), new Date());
		const { status, data } = await ask('/usage', tenant.key);
		expect(status).toBe(200);
		expect(data).toMatchObject({ groupBy: 'day', total: { calls: role === 'viewer' ? 2 : 1 } });
	});

	it.each([
		['groupBy=nothing', 'groupBy'],
		['from=yesterday', 'from'],
		['from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z', 'to'],
		['from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z', 'from'],
	])('refuses %s', async (query, field) => {
		const { status, error, errors } = await ask(`/usage?${query}`, owner.key);
		expect([status, error?.code, errors?.[0]?.field]).toEqual([400, 'validation_failed', field]);
	});
});

describe('POST /api/v1/usage/rebuild', () => {
	const period = JSON.stringify({ from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' });

	it('starts a job whose state can be asked for, by its organization only', async () => {
		const started = await ask('/usage/rebuild', owner.key, { method: 'POST', body: period });
		expect(started.status).toBe(202);
		const { jobId } = started.data as { jobId: string };
		const job = await ask(`/jobs/${jobId}`, owner.key);
		expect(job.data).toMatchObject({
			id: jobId,
			job: 'usage.rebuild',
			status: 'pending',
			error: null,
			finishedAt: null,
		});
		const stranger = await addTenant(testConfigOfApi());
		expect((await ask(`/jobs/${jobId}`, stranger.key)).status).toBe(404);
	});

	it('needs its permission', async () => {
		const basic = await addTenant(testConfigOfApi(), 'basic');
		expect((await ask('/usage/rebuild', basic.key, { method: 'POST', body: period })).status).toBe(403);
		expect((await ask(`/jobs/${newId()}`, basic.key)).status).toBe(403);
	});
});
