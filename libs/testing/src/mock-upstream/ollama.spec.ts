import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type MockUpstream, startMockUpstream } from './mock-upstream.js';

let mock: MockUpstream;
beforeAll(async () => {
	mock = await startMockUpstream({ models: ['mock', 'llama3.2:1b', 'mock-embed'] });
});
afterAll(async () => mock.close());

const messages = [{ role: 'user', content: 'one two' }];
const post = async (path: string, body: object): Promise<Response> =>
	fetch(`${mock.url}${path}`, { method: 'POST', body: JSON.stringify(body) });

async function lines(path: string, body: object): Promise<Record<string, unknown>[]> {
	const response = await post(path, body);
	expect(response.headers.get('content-type')).toBe('application/x-ndjson');
	const text = await response.text();
	expect(text.endsWith('}\n')).toBe(true);
	return text
		.slice(0, -1)
		.split('\n')
		.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('chat and generate', () => {
	it('streams by default and ends with done and the counts', async () => {
		const all = await lines('/api/chat', { model: 'mock:chunks=3', messages });
		expect(all.map((line) => (line.message as { content: string }).content).join('')).toBe('w0 w1 w2');
		expect(all.map((line) => line.done)).toEqual([false, false, false, true]);
		expect(all.at(-1)).toMatchObject({ done_reason: 'stop', prompt_eval_count: 2, eval_count: 3 });
	});

	it('answers whole with stream: false', async () => {
		const response = await post('/api/chat', { model: 'mock', messages, stream: false, options: { num_predict: 2 } });
		expect(await response.json()).toMatchObject({
			message: { role: 'assistant', content: 'w0 w1' },
			done: true,
			done_reason: 'length',
			eval_count: 2,
		});
	});

	it('generates', async () => {
		const all = await lines('/api/generate', { model: 'mock:chunks=2', prompt: 'a b c' });
		expect(all.map((line) => line.response).join('')).toBe('w0 w1');
		expect(all.at(-1)).toMatchObject({ done: true, prompt_eval_count: 3 });
	});

	it('loads and unloads', async () => {
		expect(await (await post('/api/generate', { model: 'mock' })).json()).toMatchObject({ done_reason: 'load' });
		const unload = await post('/api/chat', { model: 'mock', messages: [], keep_alive: 0 });
		expect(await unload.json()).toMatchObject({ done_reason: 'unload' });
	});

	it('calls a tool with its arguments as an object', async () => {
		const tools = [{ type: 'function', function: { name: 'lookup' } }];
		const [call, last] = await lines('/api/chat', { model: 'mock', messages, tools });
		expect(call).toMatchObject({
			message: { tool_calls: [{ function: { name: 'lookup', arguments: { echo: 'one two' } } }] },
		});
		expect(last).toMatchObject({ done: true, done_reason: 'stop' });
	});

	it('leaves counts out when told', async () => {
		const cached = await lines('/api/chat', { model: 'mock:no_prompt_usage', messages });
		expect(cached.at(-1)).not.toHaveProperty('prompt_eval_count');
		expect(cached.at(-1)).toHaveProperty('eval_count');
		const silent = await lines('/api/chat', { model: 'mock:no_usage', messages });
		expect(silent.at(-1)).not.toHaveProperty('eval_count');
	});
});

describe('the rest of the native API', () => {
	it('embeds', async () => {
		const answer = (await (await post('/api/embed', { model: 'mock-embed', input: ['a', 'b'] })).json()) as {
			embeddings: number[][];
		};
		expect(answer).toMatchObject({ model: 'mock-embed', prompt_eval_count: 2 });
		expect(answer.embeddings.map((vector) => vector.length)).toEqual([8, 8]);
		const older = await post('/api/embeddings', { model: 'mock-embed', prompt: 'a' });
		expect(await older.json()).toEqual({ embedding: answer.embeddings[0] });
	});

	it('lists, shows and tells its version, also to HEAD', async () => {
		const tags = (await (await fetch(`${mock.url}/api/tags`)).json()) as { models: { name: string }[] };
		expect(tags.models.map((model) => model.name)).toEqual(['mock:latest', 'llama3.2:1b', 'mock-embed:latest']);
		expect(await (await post('/api/show', { model: 'mock' })).json()).toMatchObject({
			capabilities: ['completion', 'tools', 'thinking', 'vision'],
		});
		expect(await (await fetch(`${mock.url}/api/ps`)).json()).toMatchObject({
			models: [{ name: 'mock:latest' }, {}, {}],
		});
		expect(await (await fetch(`${mock.url}/api/version`)).json()).toEqual({ version: expect.any(String) });
		const heads = ['/', '/api/tags', '/api/version'].map(async (path) => fetch(mock.url + path, { method: 'HEAD' }));
		expect((await Promise.all(heads)).map((response) => response.status)).toEqual([200, 200, 200]);
	});

	it('refuses unknown models with a string', async () => {
		const response = await post('/api/chat', { model: 'nope', messages });
		expect(response.status).toBe(404);
		expect(await response.json()).toEqual({ error: 'model "nope" not found, try pulling it first' });
	});
});
