import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type MockUpstream, startMockUpstream } from './mock-upstream.js';

let mock: MockUpstream;
beforeAll(async () => {
	mock = await startMockUpstream();
});
afterAll(async () => mock.close());

const ask = { messages: [{ role: 'user', content: 'one two three' }] };

async function post(path: string, body: object): Promise<Response> {
	return fetch(`${mock.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
}

interface Chunk {
	id: string;
	choices: {
		delta: {
			content?: string;
			reasoning_content?: string;
			tool_calls?: { id?: string; function: { arguments: string } }[];
		};
		finish_reason: string | null;
	}[];
	usage?: Record<string, unknown> | null;
}

async function events(body: object): Promise<{ chunks: Chunk[]; last: string | undefined; text: string }> {
	const response = await post('/v1/chat/completions', { ...ask, stream: true, ...body });
	expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
	const datas = (await response.text())
		.split('\n\n')
		.filter((event) => event.startsWith('data: '))
		.map((event) => event.slice(6));
	const chunks = datas.slice(0, -1).map((data) => JSON.parse(data) as Chunk);
	return { chunks, last: datas.at(-1), text: chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('') };
}

describe('a completion', () => {
	it('is whole, with numbered words and usage', async () => {
		const answer: unknown = await (await post('/v1/chat/completions', { ...ask, model: 'mock:chunks=4' })).json();
		expect(answer).toMatchObject({
			id: expect.stringMatching(/^chatcmpl-mock-\d{6}$/),
			object: 'chat.completion',
			model: 'mock:chunks=4',
			choices: [
				{
					index: 0,
					message: { role: 'assistant', content: 'w0 w1 w2 w3', refusal: null },
					logprobs: null,
					finish_reason: 'stop',
				},
			],
			usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
		});
	});

	it('streams: role first, finish, no usage unless asked, [DONE]', async () => {
		const { chunks, last, text } = await events({ model: 'mock:chunks=3' });
		expect(chunks[0]?.choices[0]?.delta).toMatchObject({ role: 'assistant', content: '' });
		expect(text).toBe('w0 w1 w2');
		expect(chunks.at(-1)?.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' });
		expect(chunks.every((chunk) => !('usage' in chunk) && chunk.id === chunks[0]?.id)).toBe(true);
		expect(last).toBe('[DONE]');
	});

	it('streams usage in one extra chunk when asked, and null before', async () => {
		const { chunks } = await events({ model: 'mock:chunks=2', stream_options: { include_usage: true } });
		expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
		expect(chunks.at(-1)).toMatchObject({
			choices: [],
			usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
		});
		expect(mock.calls.at(-1)).toMatchObject({ sentChunks: 2, sentTokens: 2, usageSent: { total_tokens: 5 } });
	});

	it.each([
		['no_usage', 0],
		['usage_twice', 2],
		['force_usage', 1],
	])('with %s has %i usage chunks', async (option, count) => {
		const { chunks } = await events({ model: `mock:${option}`, stream_options: { include_usage: true } });
		expect(chunks.filter((chunk) => chunk.choices.length === 0)).toHaveLength(count);
	});

	it('counts up in every chunk with continuous usage', async () => {
		const { chunks } = await events({ model: 'mock:chunks=3,tokens_per_chunk=2,continuous_usage' });
		expect(chunks.map((chunk) => chunk.usage?.completion_tokens)).toEqual([0, 2, 4, 6, 6]);
	});

	it('stops at the cap of the request', async () => {
		const { chunks, text } = await events({ model: 'mock:chunks=9', max_completion_tokens: 2 });
		expect(text).toBe('w0 w1');
		expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('length');
		expect((await events({ model: 'mock:chunks=3,ignore_max', max_tokens: 2 })).text).toBe('w0 w1 w2');
	});

	it('reasons, pads and uses wide characters when told', async () => {
		const { chunks, text } = await events({ model: 'mock:thinking=2,chunks=3,unicode,chunk_bytes=6' });
		expect(chunks.map((chunk) => chunk.choices[0]?.delta.reasoning_content ?? '').join('')).toBe('t0 t1');
		expect(text).toBe('w0éxxx w1€xx w2😀x');
	});

	it('calls the offered tool with an echo, and answers its result with text', async () => {
		const tools = [{ type: 'function', function: { name: 'lookup', parameters: { type: 'object' } } }];
		const first = await events({ model: 'mock', tools });
		const fragments = first.chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
		expect(fragments[0]).toMatchObject({ index: 0, id: 'call_mock_0', type: 'function', function: { name: 'lookup' } });
		expect(JSON.parse(fragments.map((part) => part.function.arguments).join(''))).toEqual({
			echo: 'one two three',
			index: 0,
		});
		expect(first.chunks.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls');
		const messages = [...ask.messages, { role: 'tool', tool_call_id: 'call_mock_0', content: 'found' }];
		expect((await events({ model: 'mock:chunks=1', tools, messages })).text).toBe('w0');
	});
});

describe('embeddings and models', () => {
	it('gives the same vector as floats and as base64', async () => {
		const request = { model: 'mock-embed', input: ['a', 'b c'] };
		interface Answer<T> {
			data: { embedding: T }[];
			usage: object;
		}
		const floats = (await (await post('/v1/embeddings', request)).json()) as Answer<number[]>;
		const coded = (await (
			await post('/v1/embeddings', { ...request, encoding_format: 'base64' })
		).json()) as Answer<string>;
		expect(floats.usage).toEqual({ prompt_tokens: 3, total_tokens: 3 });
		const bytes = Buffer.from(coded.data[1]?.embedding ?? '', 'base64');
		const decoded = Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
		expect(decoded).toEqual(floats.data[1]?.embedding);
		expect(Math.hypot(...decoded)).toBeCloseTo(1, 5);
	});

	it('lists models and refuses unknown ones', async () => {
		expect(await (await fetch(`${mock.url}/v1/models`)).json()).toMatchObject({
			object: 'list',
			data: [{ id: 'mock', object: 'model' }, { id: 'mock-embed' }],
		});
		const refused = await post('/v1/chat/completions', { ...ask, model: 'gpt-4o' });
		expect(refused.status).toBe(404);
		expect(await refused.json()).toMatchObject({ error: { code: 'model_not_found', type: 'invalid_request_error' } });
	});
});
