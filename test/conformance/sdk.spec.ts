import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { startApi, type TestApi } from '../../apps/api/test/support/start-api.js';
import { addTenant, type Tenant } from '../../apps/api/test/support/tenants.js';
import { Ollama, OpenAI6, OpenAI7 } from '../clients/index.js';

/** Unmodified clients against the real gateway, in front of an Ollama server, an OpenAI-compatible one, and echo. */
let api: TestApi;
let ollamaUpstream: MockUpstream;
let openaiUpstream: MockUpstream;
let tenant: Tenant;

beforeAll(async () => {
	await freshDatabase();
	ollamaUpstream = await startMockUpstream({ models: ['llama:latest', 'nomic:latest'] });
	openaiUpstream = await startMockUpstream({ models: ['gpt-x', 'embed-x'] });
	api = await startApi({ OLLAMA_URL: ollamaUpstream.url, ECHO_PROVIDER: 'on', EGRESS_ALLOW: '127.0.0.1' });
	tenant = await addTenant(testConfig('api'));
	const created = await fetch(`${api.url}/api/v1/providers`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', authorization: `Bearer ${tenant.key}` },
		body: JSON.stringify({ name: 'vllm', kind: 'openai-compatible', baseUrl: `${openaiUpstream.url}/v1` }),
	});
	if (created.status !== 201) throw new Error(await created.text());
});
afterAll(async () => {
	await api?.stop();
	await Promise.all([ollamaUpstream?.close(), openaiUpstream?.close()]);
});

const words = Array.from({ length: 10 }, (_, n) => `w${n}`).join(' ');
const chatModels = [
	{ model: 'gpt-x', said: words },
	{ model: 'llama', said: words },
	{ model: 'echo', said: '[development model, repeats you] hello there' },
];
const messages = [{ role: 'user' as const, content: 'hello there' }];

describe.each([
	['openai 6', OpenAI6],
	['openai 7', OpenAI7 as unknown as typeof OpenAI6],
])('%s', (_, OpenAI) => {
	const client = (apiKey = tenant.key) => new OpenAI({ apiKey, baseURL: `${api.url}/openai/v1`, maxRetries: 0 });

	it.each(chatModels)('chats with $model', async ({ model, said }) => {
		const answer = await client().chat.completions.create({ model, messages });
		expect(answer.choices[0]?.message.content?.trim()).toBe(said);
		expect(answer.choices[0]?.finish_reason).toBe('stop');
		expect(answer.usage?.total_tokens).toBeGreaterThan(0);
	});

	it.each(chatModels)('streams from $model, with usage when asked', async ({ model, said }) => {
		const stream = await client().chat.completions.create({
			model,
			messages,
			stream: true,
			stream_options: { include_usage: true },
		});
		let text = '';
		let usage = 0;
		for await (const chunk of stream) {
			text += chunk.choices[0]?.delta.content ?? '';
			usage = chunk.usage?.total_tokens ?? usage;
		}
		expect([text.trim(), usage > 0]).toEqual([said, true]);
	});

	it.each(chatModels)('accumulates a stream of $model', async ({ model, said }) => {
		const final = await client().chat.completions.stream({ model, messages }).finalChatCompletion();
		expect(final.choices[0]?.message.content?.trim()).toBe(said);
	});

	it.each(['embed-x', 'nomic', 'echo'])('embeds with %s (base64 by default)', async (model) => {
		const { data } = await client().embeddings.create({ model, input: ['a', 'b'] });
		expect(data).toHaveLength(2);
		expect(data[0]?.embedding).toHaveLength(8);
		expect(data[0]?.embedding.every(Number.isFinite)).toBe(true);
	});

	it('lists models and finds one', async () => {
		const ids: string[] = [];
		for await (const { id } of client().models.list()) ids.push(id);
		expect(ids.toSorted()).toEqual(['echo', 'embed-x', 'gpt-x', 'llama:latest', 'nomic:latest']);
		expect((await client().models.retrieve('llama:latest')).id).toBe('llama:latest');
	});

	it('maps errors to its own classes', async () => {
		await expect(client('pl_wrong').models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
		await expect(client().chat.completions.create({ model: 'none', messages })).rejects.toMatchObject({
			status: 404,
			code: 'model_not_found',
			requestID: expect.any(String),
		});
	});

	it('stops the upstream when a stream is aborted', async () => {
		openaiUpstream.behave(() => 'chunks=1000,delay_ms=5');
		const stream = await client().chat.completions.create({ model: 'gpt-x', messages, stream: true });
		for await (const _chunk of stream) break;
		openaiUpstream.behave();
		const call = await openaiUpstream.waitForCall(({ state }) => state === 'aborted');
		expect(call.sentChunks).toBeLessThan(1_000);
	});
});

describe('ollama', () => {
	const client = (key = tenant.key) => new Ollama({ host: api.url, headers: { authorization: `Bearer ${key}` } });

	it.each(chatModels)('chats with $model', async ({ model, said }) => {
		const answer = await client().chat({ model, messages });
		expect([answer.message.content.trim(), answer.done]).toEqual([said, true]);
		expect(answer.eval_count).toBeGreaterThan(0);
	});

	it.each(chatModels)('streams from $model', async ({ model, said }) => {
		let text = '';
		let last: { done: boolean; eval_count?: number } = { done: false };
		for await (const chunk of await client().chat({ model, messages, stream: true })) {
			text += chunk.message.content;
			last = chunk;
		}
		expect([text.trim(), last.done]).toEqual([said, true]);
		expect(last.eval_count).toBeGreaterThan(0);
	});

	it.each(['embed-x', 'nomic', 'echo'])('embeds with %s', async (model) => {
		const { embeddings } = await client().embed({ model, input: ['a', 'b'] });
		expect(embeddings.map((vector) => vector.length)).toEqual([8, 8]);
	});

	it('lists models, tells its version, and gets errors as text', async () => {
		const { models } = await client().list();
		expect(models.map(({ name }) => name)).toContain('llama:latest');
		expect((await client().version()).version).toMatch(/^\d+\.\d+\.\d+$/);
		await expect(client().chat({ model: 'none', messages })).rejects.toThrow(
			'model "none" not found, try pulling it first',
		);
		await expect(client('pl_wrong').list()).rejects.toThrow(/not valid/);
	});
});
