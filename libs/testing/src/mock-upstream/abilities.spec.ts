import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { matches } from './conformity.js';
import type { Json } from './json.js';
import { type MockUpstream, startMockUpstream } from './mock-upstream.js';
import { sampleOf } from './sample.js';

let mock: MockUpstream;
beforeAll(async () => {
	mock = await startMockUpstream();
});
afterAll(() => mock.close());
afterEach(() => mock.clear());

const post = async (path: string, body: object): Promise<{ status: number; text: string; json: () => Json }> => {
	const answer = await fetch(mock.url + path, { method: 'POST', body: JSON.stringify({ model: 'mock', ...body }) });
	const text = await answer.text();
	return { status: answer.status, text, json: () => JSON.parse(text) as Json };
};

const ask = 'where?';
const parameters = {
	type: 'object',
	properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 2 }, unit: { enum: ['C', 'F'] } },
	required: ['city', 'days', 'unit'],
};
const sampled = { city: ask, days: 2, unit: 'C' };
const messages = [{ role: 'user', content: ask }];

describe('tools', () => {
	const two = ['first', 'weather'];
	const nested = two.map((name) => ({ type: 'function', function: { name, parameters } }));
	const flat = two.map((name) => ({ type: 'function', name, parameters }));
	const anthropic = two.map((name) => ({ name, input_schema: parameters }));

	it.each([
		[
			'/v1/chat/completions',
			{ messages, tools: nested, tool_choice: { type: 'function', function: { name: 'weather' } } },
		],
		['/v1/responses', { input: ask, tools: flat, tool_choice: { type: 'function', name: 'weather' } }],
		['/v1/messages', { messages, max_tokens: 9, tools: anthropic, tool_choice: { type: 'tool', name: 'weather' } }],
	])('%s calls the tool that is demanded, with arguments of its schema', async (path, body) => {
		const { text } = await post(path, body);
		expect(text).toContain('"name":"weather"');
		expect(text.replaceAll('\\"', '"')).toContain(JSON.stringify(sampled));
	});

	it('Ollama calls the first: it knows no choice', async () => {
		const { text } = await post('/api/chat', { messages, tools: nested, stream: false, tool_choice: 'none' });
		expect(text).toContain('"name":"first"');
	});
});

describe('JSON', () => {
	const schema = parameters;
	it.each([
		[
			'/v1/chat/completions',
			{ messages, response_format: { type: 'json_schema', json_schema: { name: 's', schema } } },
		],
		['/v1/responses', { input: ask, text: { format: { type: 'json_schema', name: 's', schema } } }],
		['/v1/messages', { messages, max_tokens: 99, output_config: { format: { type: 'json_schema', schema } } }],
		['/api/chat', { messages, format: schema, stream: false }],
		['/api/generate', { prompt: ask, format: schema, stream: false }],
	])('%s answers in the schema', async (path, body) => {
		expect((await post(path, body)).text.replaceAll('\\"', '"')).toContain(JSON.stringify(sampled));
	});

	it('samples satisfy their schemas', () => {
		const leaf = fc.oneof(
			fc.constantFrom({ type: 'string' }, { type: 'boolean' }, { type: 'null' }, { const: 4 }, { enum: ['a', 1] }),
			fc.record({ type: fc.constant('integer'), minimum: fc.integer() }),
			fc.record({ type: fc.constant('string'), minLength: fc.nat(9), maxLength: fc.integer({ min: 9, max: 20 }) }),
		);
		const schemas = fc.letrec<{ any: object }>((tie) => ({
			any: fc.oneof(
				{ depthSize: 'small', withCrossShrink: true },
				leaf,
				fc.record({
					type: fc.constant('object'),
					properties: fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), tie('any')),
				}),
				fc.record({ type: fc.constant('array'), items: tie('any'), minItems: fc.nat(2) }),
				fc.record({ anyOf: fc.array(tie('any'), { minLength: 1, maxLength: 3 }) }),
			),
		})).any;
		fc.assert(
			fc.property(schemas, fc.string(), (schema, text) => {
				expect(matches(schema as Json, sampleOf(schema, text))).toBe(true);
			}),
		);
	});
});

describe('the rest of a request', () => {
	it('notes the images that came', async () => {
		const bytes = Buffer.from([0x89, 0x50, 1, 2, 3]);
		const data = bytes.toString('base64');
		const hash = createHash('sha256').update(bytes).digest('hex');
		const url = `data:image/png;base64,${data}`;
		const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data } };
		const of = (content: object[]) => [{ role: 'user', content }];
		await post('/v1/chat/completions', { messages: of([{ type: 'image_url', image_url: { url } }]) });
		await post('/v1/responses', { input: of([{ type: 'input_image', image_url: url }]) });
		await post('/v1/messages', { max_tokens: 5, messages: of([image]) });
		await post('/api/chat', { messages: [{ role: 'user', content: 'x', images: [data] }], stream: false });
		expect(mock.calls.map(({ images, status }) => [images, status])).toEqual(
			Array.from({ length: 4 }, () => [[hash], 200]),
		);
	});

	it.each([
		['/v1/chat/completions', { messages, stop: ' w3' }, '"content":"w0 w1 w2"'],
		['/v1/messages', { messages, max_tokens: 99, stop_sequences: ['w9', 'w3'] }, '"stop_sequence":"w3"'],
		['/api/chat', { messages, stream: false, options: { stop: [' w3'] } }, '"content":"w0 w1 w2"'],
		['/v1/completions', { prompt: ask, stop: ' w1' }, '"text":"w0"'],
	])('%s stops at a stop sequence', async (path, body, expected) => {
		expect((await post(path, body)).text).toContain(expected);
	});

	it('answers n times, with log probabilities and reasoning where asked', async () => {
		const body = { messages, n: 3, logprobs: true, reasoning_effort: 'low' };
		const whole = (await post('/v1/chat/completions', body)).json() as { choices: Json[]; usage: Json };
		expect(whole.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
		expect(whole.choices[0]).toMatchObject({
			message: { reasoning_content: 't0 t1' },
			logprobs: { content: [{ logprob: -0.25 }] },
		});
		expect(whole.usage.completion_tokens).toBe(36);
		const { text } = await post('/v1/chat/completions', { ...body, stream: true });
		expect([...text.matchAll(/"finish_reason":"stop"/g)]).toHaveLength(3);
	});

	it.each([
		['/v1/messages', { messages, max_tokens: 5, frequency_penalty: 1 }],
		['/v1/messages', { max_tokens: 5, messages: [{ role: 'tool', content: 'x' }] }],
		['/v1/messages', { max_tokens: 5, messages: [{ role: 'user', content: [{ type: 'text', text: '' }] }] }],
		['/api/chat', { messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] }],
		['/api/chat', { messages: [{ role: 'user', content: 'x', images: ['data:image/png;base64,AA=='] }] }],
		['/api/chat', { messages, format: 'yaml' }],
		['/v1/chat/completions', { messages: [{ role: 'tool', content: 'x' }] }],
	])('%s refuses what the real server refuses: %j', async (path, body) => {
		expect((await post(path, body)).status).toBe(400);
	});
});

describe('/v1/responses', () => {
	it('streams its events in order, numbered, with the usage in the last', async () => {
		const { text } = await post('/v1/responses', { input: ask, stream: true, reasoning: { effort: 'high' } });
		const events = text
			.split('\n\n')
			.filter((frame) => frame !== '')
			.map((frame) => JSON.parse(frame.slice(frame.indexOf('{'))) as Json);
		expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, at) => at));
		expect(events.at(-1)).toMatchObject({ type: 'response.completed', response: { usage: { output_tokens: 12 } } });
		expect(mock.calls[0]?.usageSent).toMatchObject({ output_tokens: 12 });
	});

	it('counts tokens', async () => {
		const { text } = await post('/v1/responses/input_tokens', { input: 'one two three' });
		expect(JSON.parse(text)).toEqual({ object: 'response.input_tokens', input_tokens: 3 });
	});
});
