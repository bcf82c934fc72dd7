import { describe, expect, it } from '@jest/globals';
import type { ChatEvent } from '../../chat.js';
import type { Provider } from '../../provider.js';
import { readSettings } from '../../provider-settings.js';
import { AnthropicAdapter } from './anthropic.adapter.js';
import { AnthropicAnswerDecoder, AnthropicStreamDecoder, decodeAnthropicList } from './decode.js';
import { anthropicUsage } from './usage.js';

const frame = (type: string, rest: object = {}): string =>
	`event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
const delta = (index: number, value: object): string => frame('content_block_delta', { index, delta: value });
const block = (index: number, content_block: object, deltas: readonly object[]): string =>
	frame('content_block_start', { index, content_block }) +
	deltas.map((each) => delta(index, each)).join('') +
	frame('content_block_stop', { index });

const usage = { input_tokens: 5, output_tokens: 1, cache_read_input_tokens: 2, cache_creation_input_tokens: 3 };
const finalUsage = { output_tokens: 9, output_tokens_details: { thinking_tokens: 4 } };
const start = frame('message_start', { message: { model: 'claude-x', content: [], usage } });
const stop = (reason: string, more: object = {}): string =>
	frame('message_delta', { delta: { stop_reason: reason, ...more }, usage: finalUsage }) + frame('message_stop');

const stream =
	start +
	frame('ping') +
	block(0, { type: 'thinking', thinking: '', signature: '' }, [
		{ type: 'thinking_delta', thinking: 'hm é' },
		{ type: 'signature_delta', signature: 'sig' },
	]) +
	block(1, { type: 'redacted_thinking', data: 'opaque' }, []) +
	block(2, { type: 'text', text: '', citations: null }, [
		{ type: 'text_delta', text: '😀 event: message_stop\n\n' },
		{ type: 'citations_delta', citation: {} },
		{ type: 'text_delta', text: 'b' },
	]) +
	block(3, { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }, [
		{ type: 'input_json_delta', partial_json: '' },
		{ type: 'input_json_delta', partial_json: '{"x"' },
		{ type: 'input_json_delta', partial_json: ':1}' },
	]) +
	block(4, { type: 'tool_use', id: 'toolu_2', name: 'g', input: {} }, []) +
	stop('tool_use');

const expected: ChatEvent[] = [
	{ type: 'reasoning', text: 'hm é' },
	{ type: 'reasoning_end', vendor: 'anthropic', signature: 'sig', redacted: undefined },
	{ type: 'reasoning_end', vendor: 'anthropic', signature: undefined, redacted: 'opaque' },
	{ type: 'text', text: '😀 event: message_stop\n\n' },
	{ type: 'text', text: 'b' },
	{ type: 'tool_start', index: 0, id: 'toolu_1', name: 'f' },
	{ type: 'tool_arguments', index: 0, json: '{"x"' },
	{ type: 'tool_arguments', index: 0, json: ':1}' },
	{ type: 'tool_start', index: 1, id: 'toolu_2', name: 'g' },
	{ type: 'tool_arguments', index: 1, json: '{}' },
	{ type: 'finish', reason: 'tool_calls' },
];

interface Decoded {
	readonly events: ChatEvent[];
	readonly usages: Extract<ChatEvent, { type: 'usage' }>[];
	readonly isWhole: boolean;
	readonly model: string | undefined;
}
function decode(bytes: Buffer, cut = bytes.length): Decoded {
	const all: ChatEvent[] = [];
	const decoder = new AnthropicStreamDecoder((event) => all.push(event));
	decoder.feed(bytes.subarray(0, cut));
	decoder.feed(bytes.subarray(cut));
	const isWhole = decoder.end();
	return {
		events: all.filter(({ type }) => type !== 'usage'),
		usages: all.filter((event) => event.type === 'usage'),
		isWhole,
		model: decoder.model,
	};
}

describe('a stream', () => {
	const bytes = Buffer.from(stream);
	it.each([
		['LF', bytes],
		['CRLF', Buffer.from(stream.replaceAll('\n', '\r\n'))],
	])('gives the same events cut at every byte, lines ending in %s', (_, data) => {
		const whole = decode(data);
		expect(whole).toMatchObject({ events: expected, isWhole: true, model: 'claude-x' });
		const same = JSON.stringify(whole);
		for (let cut = 1; cut < data.length; cut++) expect(JSON.stringify(decode(data, cut))).toBe(same);
	});

	it('tells the input at once and the classes at the end', () => {
		const { usages } = decode(bytes);
		expect(usages[0]?.usage).toEqual({ input: 5, cacheRead: 2, cacheWrite: 3, output: 1, reasoning: 0 });
		expect(usages.at(-1)?.usage).toEqual({ input: 5, cacheRead: 2, cacheWrite: 3, output: 5, reasoning: 4 });
	});

	it('counts pieces until the end is told, so that a cut answer is not free', () => {
		const text = block(
			0,
			{ type: 'text', text: '' },
			[1, 2, 3, 4].map((n) => ({ type: 'text_delta', text: `${n}` })),
		);
		const { usages, isWhole } = decode(Buffer.from(start + text));
		expect([usages.at(-1)?.usage.output, isWhole]).toEqual([5, false]);
	});

	it.each([
		['end_turn', {}, { reason: 'stop' }],
		['stop_sequence', { stop_sequence: 'X' }, { reason: 'stop', stopSequence: 'X' }],
		['max_tokens', {}, { reason: 'length' }],
		['model_context_window_exceeded', {}, { reason: 'length' }],
		['pause_turn', {}, { reason: 'stop' }],
		['refusal', {}, { reason: 'content_filter' }],
		['of_the_future', {}, { reason: 'stop' }],
	])('%s', (reason, more, finish) => {
		expect(decode(Buffer.from(start + stop(reason, more))).events).toEqual([{ type: 'finish', ...finish }]);
	});

	it('a refusal says why', () => {
		const details = { stop_details: { type: 'refusal', category: 'cyber', explanation: 'no' } };
		expect(decode(Buffer.from(start + stop('refusal', details))).events[0]).toEqual({ type: 'refusal', text: 'no' });
	});

	it('passes an error on, and without message_stop it is not whole', () => {
		const error = frame('error', { error: { type: 'overloaded_error', message: 'Overloaded' } });
		expect(decode(Buffer.from(start + error))).toMatchObject({
			events: [{ type: 'error', message: 'Overloaded' }],
			isWhole: false,
		});
	});
});

describe('an answer', () => {
	const events: ChatEvent[] = [];
	const feed = (body: object): boolean => {
		events.length = 0;
		const decoder = new AnthropicAnswerDecoder((event) => events.push(event));
		decoder.feed(Buffer.from(JSON.stringify(body)));
		return decoder.end();
	};
	it('gives its blocks in order', () => {
		const content = [
			{ type: 'thinking', thinking: 'hm', signature: 's' },
			{ type: 'text', text: 'a', citations: null },
			{ type: 'tool_use', id: 't', name: 'f', input: { b: 1, a: 2 } },
		];
		expect(feed({ model: 'm', content, stop_reason: 'tool_use', usage })).toBe(true);
		expect(events).toEqual([
			{ type: 'reasoning', text: 'hm' },
			{ type: 'reasoning_end', vendor: 'anthropic', signature: 's', redacted: undefined },
			{ type: 'text', text: 'a' },
			{ type: 'tool_start', index: 0, id: 't', name: 'f' },
			{ type: 'tool_arguments', index: 0, json: '{"b":1,"a":2}' },
			{ type: 'finish', reason: 'tool_calls' },
			{ type: 'usage', usage: { input: 5, cacheRead: 2, cacheWrite: 3, output: 1, reasoning: 0 } },
		]);
	});
	it('is refused when it is none', () => {
		expect(() => feed({ error: 'x' })).toThrow(expect.objectContaining({ code: 'upstream_garbage' }));
	});
});

describe('usage', () => {
	it('is unknown without the two main numbers, and a zero is a number', () => {
		expect(anthropicUsage({ output_tokens: 1 })).toBeUndefined();
		expect(anthropicUsage(undefined)).toBeUndefined();
		expect(anthropicUsage({ input_tokens: 0, output_tokens: 0 })).toMatchObject({ input: 0, output: 0 });
		expect(anthropicUsage(usage, { input_tokens: 8, output_tokens: 2 })).toMatchObject({ input: 8, cacheRead: 2 });
	});
});

describe('requests', () => {
	const adapter = new AnthropicAdapter();
	const provider = (settings: object, baseUrl = 'https://api.anthropic.com'): Provider =>
		({ baseUrl, credential: 'secret', settings: readSettings(settings) }) as unknown as Provider;
	const body = Buffer.from('{}');

	it('carry the credential and the version', () => {
		expect(adapter.request(provider({}), 'anthropic/messages', body)).toMatchObject({
			path: '/v1/messages',
			headers: { 'x-api-key': 'secret', 'anthropic-version': '2023-06-01' },
		});
		const other = provider({ apiVersion: '2026-10-21', credentialHeader: 'authorization' }, 'https://x/base/v1');
		const forwarded = { 'anthropic-version': '2024-01-01', 'anthropic-beta': 'b' };
		expect(adapter.request(other, 'anthropic/count_tokens', body, forwarded)).toMatchObject({
			path: '/base/v1/messages/count_tokens',
			headers: { authorization: 'Bearer secret', 'anthropic-version': '2024-01-01', 'anthropic-beta': 'b' },
		});
		expect(adapter.listRequest(other)).toMatchObject({
			path: '/base/v1/models?limit=1000',
			headers: { 'anthropic-version': '2026-10-21' },
		});
	});

	it('lists name their models', () => {
		const model = { id: 'claude-x', created_at: '2026-01-01T00:00:00Z', display_name: 'X' };
		expect(decodeAnthropicList(Buffer.from(JSON.stringify({ data: [model, {}, { id: 'y' }] })))).toEqual([
			{ id: 'claude-x', created: 1_767_225_600, owner: 'anthropic', raw: model },
			{ id: 'y', created: 0, owner: 'anthropic', raw: { id: 'y' } },
		]);
		expect(() => decodeAnthropicList(Buffer.from('{}'))).toThrow(expect.objectContaining({ fault: 'upstream' }));
	});
});
