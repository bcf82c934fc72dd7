import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

interface StatusBody {
	readonly dialects: unknown;
	readonly providers?: { name: string; status: string; latencyMs: number | null; requestsPerSecond: number }[];
}

describe('discovery and status', () => {
	let mock: MockUpstream;
	let api: TestApi;
	let admin: Tenant;
	let basic: Tenant;
	beforeAll(async () => {
		await freshDatabase();
		mock = await startMockUpstream({});
		api = await startApi({ OLLAMA_URL: mock.url });
		admin = await addTenant(testConfig('api'));
		basic = await addTenant(testConfig('api'), 'basic');
	});
	afterAll(() => Promise.all([api?.stop(), mock.close()]));

	const status = async (key?: string) => {
		const headers: Record<string, string> = key === undefined ? {} : { 'x-api-key': key };
		return (await (await fetch(`${api.url}/status`, { headers })).json()) as StatusBody;
	};

	it('/ names version, dialects with base paths, features with endpoints, docs and health', async () => {
		const body = await (await fetch(api.url)).json();
		expect(body).toMatchObject({
			name: 'Parallama',
			version: expect.stringMatching(/^\d+\.\d+\.\d+/),
			dialects: expect.arrayContaining([
				{
					name: 'openai',
					basePaths: ['/openai/v1', '/v1'],
					endpoints: expect.arrayContaining(['POST /openai/v1/chat/completions', 'POST /v1/chat/completions']),
				},
				expect.objectContaining({ name: 'ollama', endpoints: expect.arrayContaining(['POST /ollama/api/chat']) }),
			]),
			features: expect.arrayContaining([
				{ name: 'keys', endpoints: expect.arrayContaining(['GET /api/v1/keys', 'POST /api/v1/keys']) },
			]),
			docs: '/docs',
			health: '/health',
		});
		for (const path of ['/docs', '/health', '/status', '/openapi.json'])
			expect((await fetch(api.url + path)).status).toBe(200);
	});

	it("/ollama answers Ollama's clients", async () => {
		expect(await (await fetch(`${api.url}/ollama`)).text()).toBe('Ollama is running');
	});

	it('/status shows dialects to anyone, providers to those who may read them', async () => {
		const dialects = [
			{ name: 'openai', status: 'up' },
			{ name: 'anthropic', status: 'up' },
			{ name: 'ollama', status: 'up' },
		];
		expect(await status()).toEqual({ status: 'up', dialects });
		expect(await status(basic.key)).toEqual({ status: 'up', dialects });
		const { providers } = await status(admin.key);
		expect(providers).toEqual([
			expect.objectContaining({ name: 'ollama', status: 'up', latencyMs: expect.any(Number), requestsPerSecond: 0 }),
		]);
	});

	it('counts the calls of the last minute', async () => {
		const headers = { 'x-api-key': basic.key, 'content-type': 'application/json' };
		const body = JSON.stringify({ model: 'mock', messages: [{ role: 'user', content: 'x' }] });
		const call = () => fetch(`${api.url}/v1/chat/completions`, { method: 'POST', headers, body });
		for (const answer of await Promise.all([call(), call(), call()])) {
			await answer.text();
			expect(answer.status).toBe(200);
		}
		const rate = await eventually(async () => (await status(admin.key)).providers?.[0]?.requestsPerSecond || undefined);
		expect(rate).toBe(0.05);
	});
});
