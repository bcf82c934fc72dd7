import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { askApi, type Provider } from './support/ask-api.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

interface Model {
	id: string;
	type: string;
	isDefault: boolean;
	provider: { id: string; name: string } | null;
	[field: string]: unknown;
}
interface Refreshed {
	providers: { name: string; isUp: boolean; error: string | null; modelCount: number }[];
}

let api: TestApi;
let ollama: MockUpstream;
let openai: MockUpstream;
let tenant: Tenant;
let provider: Provider;

beforeAll(async () => {
	await freshDatabase();
	ollama = await startMockUpstream({ models: ['llama:latest', 'both:1'] });
	openai = await startMockUpstream({ models: ['org/big:1', 'both:1'] });
	api = await startApi({ OLLAMA_URL: ollama.url, EGRESS_ALLOW: '127.0.0.1' });
	tenant = await addTenant(testConfig('api'));
	const input = { name: 'vllm', kind: 'openai-compatible', baseUrl: `${openai.url}/v1` };
	provider = (await askApi(api, tenant, ['POST', '/providers', input])).data;
	const targets = [{ providerId: provider.id, model: 'org/big:1' }];
	await askApi(api, tenant, ['POST', '/aliases', { name: 'big', policy: 'weighted', targets }]);
});
afterAll(async () => {
	await api?.stop();
	await Promise.all([ollama?.close(), openai?.close()]);
});

const ask = <T = Model>(method: string, path: string) => askApi<T>(api, tenant, [method, `/models${path}`]);

describe('the catalogue of models', () => {
	it('has every model of every provider and the aliases, by name, with what is known of them', async () => {
		const { data } = await ask<{ items: Model[]; nextCursor: null }>('GET', '');
		expect(data.items.map(({ id, type, provider: of, isDefault }) => [id, type, of?.name, isDefault])).toEqual([
			['big', 'alias', undefined, true],
			['both:1', 'model', 'vllm', true],
			['both:1', 'model', 'ollama', false],
			['llama:latest', 'model', 'ollama', true],
			['org/big:1', 'model', 'vllm', true],
		]);
		expect(data.items[0]).toMatchObject({
			policy: 'weighted',
			isUp: true,
			targets: [{ provider: { id: provider.id, name: 'vllm', kind: 'openai-compatible' }, model: 'org/big:1' }],
		});
		expect(data.items[3]).toMatchObject({
			capabilities: expect.arrayContaining(['chat']),
			contextWindow: expect.any(Number),
		});
		expect(data.items[4]).toMatchObject({ aliases: ['big'], capabilities: null, contextWindow: null });
		expect(data.nextCursor).toBeNull();
	});

	it('comes in pages', async () => {
		const seen: string[] = [];
		let cursor = '';
		do {
			const { data } = await ask<{ items: Model[]; nextCursor: string | null }>('GET', `?limit=2${cursor}`);
			seen.push(...data.items.map(({ id }) => id));
			cursor = data.nextCursor === null ? '' : `&cursor=${data.nextCursor}`;
		} while (cursor !== '');
		expect(seen).toEqual(['big', 'both:1', 'both:1', 'llama:latest', 'org/big:1']);
	});

	it.each([
		['/big', { id: 'big', type: 'alias' }],
		['/org/big:1', { id: 'org/big:1', provider: { name: 'vllm' } }],
		['/org%2Fbig%3A1', { id: 'org/big:1' }],
		['/llama', { id: 'llama:latest', provider: { name: 'ollama' } }],
		['/both:1', { id: 'both:1', provider: { name: 'vllm' } }],
		['/ollama/both:1', { id: 'both:1', provider: { name: 'ollama' }, isDefault: false }],
	])('tells what a call with the name %s reaches', async (path, expected) => {
		expect(await ask('GET', path)).toMatchObject({ status: 200, data: expected });
	});

	it('does not tell of models that do not exist', async () => {
		expect(await ask('GET', '/nothing/here')).toMatchObject({ status: 404, code: 'model_not_found' });
	});

	it('is asked for again on demand, by one request at a time, and serves what it knew while a provider is away', async () => {
		const mock = await startMockUpstream({ models: ['first'] });
		const input = { name: 'fresh', kind: 'openai-compatible', baseUrl: `${mock.url}/v1` };
		await askApi(api, tenant, ['POST', '/providers', input]);
		const refreshed = async () => {
			const { data } = await ask<Refreshed>('POST', '/refresh');
			return data.providers.find(({ name }) => name === 'fresh');
		};
		expect(await refreshed()).toMatchObject({ isUp: true, modelCount: 1, error: null });
		expect(await ask<Refreshed>('POST', '/cache/clear')).toMatchObject({
			status: 200,
			data: { providers: expect.any(Array) },
		});
		const answers = await Promise.all(Array.from({ length: 10 }, refreshed));
		expect(answers.every((answer) => answer?.isUp)).toBe(true);
		const status = await fetch(`${api.url}/status`, { headers: { 'x-api-key': tenant.key } });
		const { providers } = (await status.json()) as { providers: { name: string; latencyMs: number }[] };
		expect(providers.find(({ name }) => name === 'fresh')?.latencyMs).toBeGreaterThanOrEqual(0);
		await mock.close();
		const away = await eventually(async () => {
			const answer = await refreshed();
			return answer?.isUp === false ? answer : undefined;
		});
		expect(away).toMatchObject({ modelCount: 1, error: 'upstream_unreachable' });
		expect(await ask('GET', '/first')).toMatchObject({ status: 200, data: { isUp: false } });
	});
});
