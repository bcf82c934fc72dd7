import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type MockUpstream, startMockUpstream } from './mock-upstream.js';

let mock: MockUpstream;
beforeAll(async () => {
	mock = await startMockUpstream();
});
afterAll(async () => mock.close());

const ask = {
	max_tokens: 100,
	system: 'be brief',
	messages: [{ role: 'user', content: [{ type: 'text', text: 'one two' }] }],
};
const post = async (path: string, body: object): Promise<Response> =>
	fetch(`${mock.url}${path}`, {
		method: 'POST',
		body: JSON.stringify(body),
		headers: { 'anthropic-version': '2023-06-01' },
	});

interface Event {
	type: string;
	index?: number;
	delta?: Record<string, string>;
}

async function events(body: object): Promise<Event[]> {
	const text = await (await post('/v1/messages?beta=true', { ...ask, stream: true, ...body })).text();
	return text
		.split('\n\n')
		.filter((event) => event !== '')
		.map((event) => {
			const [name, data] = event.split('\n');
			const parsed = JSON.parse(data?.slice('data: '.length) ?? '') as Event;
			expect(name).toBe(`event: ${parsed.type}`);
			return parsed;
		});
}

describe('messages', () => {
	it('answers whole', async () => {
		expect(await (await post('/v1/messages', { ...ask, model: 'mock:chunks=2,cached_tokens=1' })).json()).toMatchObject(
			{
				id: expect.stringMatching(/^msg_/),
				type: 'message',
				role: 'assistant',
				content: [{ type: 'text', text: 'w0 w1', citations: null }],
				stop_reason: 'end_turn',
				stop_sequence: null,
				usage: { input_tokens: 3, cache_read_input_tokens: 1, output_tokens: 2 },
			},
		);
	});

	it('streams blocks in order, usage at both ends', async () => {
		const all = await events({ model: 'mock:chunks=2,thinking=1' });
		expect(all.map((event) => event.type)).toEqual([
			'message_start',
			'ping',
			'content_block_start',
			'content_block_delta',
			'content_block_delta',
			'content_block_stop',
			'content_block_start',
			'content_block_delta',
			'content_block_delta',
			'content_block_stop',
			'message_delta',
			'message_stop',
		]);
		expect(all[0]).toMatchObject({ message: { content: [], stop_reason: null, usage: { input_tokens: 4 } } });
		expect(all.map((event) => event.delta?.text ?? '').join('')).toBe('w0 w1');
		expect(all.at(-2)).toMatchObject({ delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } });
	});

	it('uses tools', async () => {
		const tools = [{ name: 'lookup', input_schema: { type: 'object' } }];
		const all = await events({ model: 'mock', tools });
		expect(all.find((event) => event.type === 'content_block_start')).toMatchObject({
			content_block: { type: 'tool_use', name: 'lookup', input: {} },
		});
		const json = all.map((event) => event.delta?.partial_json ?? '').join('');
		expect(JSON.parse(json)).toMatchObject({ echo: 'one two' });
		expect(all.at(-2)).toMatchObject({ delta: { stop_reason: 'tool_use' } });
	});

	it('counts tokens, lists models, and refuses in its own shape', async () => {
		expect(await (await post('/v1/messages/count_tokens', { ...ask, model: 'mock' })).json()).toEqual({
			input_tokens: 4,
		});
		const list = await fetch(`${mock.url}/v1/models`, { headers: { 'anthropic-version': '2023-06-01' } });
		expect(await list.json()).toMatchObject({
			data: [{ type: 'model', id: 'mock' }, {}],
			has_more: false,
			last_id: 'mock-embed',
		});
		const refused = await post('/v1/messages', { ...ask, model: 'mock:status=529,retry_after=7' });
		expect([refused.status, refused.headers.get('retry-after')]).toEqual([529, '7']);
		expect(await refused.json()).toMatchObject({
			type: 'error',
			error: { type: 'overloaded_error' },
			request_id: expect.stringMatching(/^req_/),
		});
	});
});
