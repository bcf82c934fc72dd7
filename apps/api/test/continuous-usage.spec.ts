import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, eventually, freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

/** vLLM tells the usage in every chunk when asked to; other servers are not asked. */
let api: TestApi;
let mock: MockUpstream;
let tenant: Tenant;

beforeAll(async () => {
	await freshDatabase();
	mock = await startMockUpstream({ models: ['vllm-x', 'other-x'] });
	api = await startApi({ EGRESS_ALLOW: '127.0.0.1', LEDGER_FLUSH_MS: '20' });
	tenant = await addTenant(testConfig('api'));
	const provider = { name: 'vllm', kind: 'openai-compatible', baseUrl: `${mock.url}/v1` };
	const created = await post('/api/v1/providers', 'provider-00', provider);
	if (created.status !== 201) throw new Error(await created.text());
});
afterAll(async () => {
	await api?.stop();
	await mock?.close();
});
afterEach(() => mock.behave());

const post = (path: string, requestId: string, body: object): Promise<Response> =>
	fetch(api.url + path, {
		method: 'POST',
		headers: {
			'content-type': 'application/json',
			authorization: `Bearer ${tenant.key}`,
			'x-request-id': requestId,
		},
		body: JSON.stringify(body),
	});
const rowOf = (requestId: string) =>
	eventually(async () => {
		const rows = await asOwner<Record<string, unknown>>('SELECT * FROM usage_events WHERE request_id = $1', [
			requestId,
		]);
		return rows[0];
	});
const messages = [{ role: 'user', content: 'a b c' }];

describe.each([
	['/v1/chat/completions', { messages, stream: true }],
	['/v1/completions', { prompt: 'a b c', stream: true }],
	['/v1/responses', { input: 'a b c', stream: true }],
	['/api/chat', { messages }],
])('%s', (path, body) => {
	const id = (name: string): string => `${path.replaceAll(/\W/g, '-')}-${name}`;

	it('books a broken stream of vLLM exactly', async () => {
		mock.behave(() => 'reset_at=3,cached_tokens=1');
		const seen = await (await post(path, id('broken'), { model: 'vllm-x', ...body })).text();
		expect(mock.calls.at(-1)?.body).toMatchObject({
			stream_options: { include_usage: true, continuous_usage_stats: true },
		});
		expect(seen).not.toContain('"prompt_tokens"');
		expect(await rowOf(id('broken'))).toMatchObject({
			status: 'interrupted',
			usage_source: 'provider_partial',
			is_estimated: false,
			input_tokens: '2',
			cache_read_tokens: '1',
			output_tokens: '3',
		});
	});

	it('shows a client of vLLM nothing of it, and asks no other server', async () => {
		const seen = await (await post(path, id('whole'), { model: 'vllm-x', ...body })).text();
		expect(seen).not.toContain('"prompt_tokens"');
		expect(await rowOf(id('whole'))).toMatchObject({ status: 'ok', usage_source: 'provider', output_tokens: '10' });
		await (await post(path, id('other'), { model: 'other-x', ...body })).text();
		expect(mock.calls.at(-1)?.body).not.toHaveProperty('stream_options.continuous_usage_stats');
	});
});
