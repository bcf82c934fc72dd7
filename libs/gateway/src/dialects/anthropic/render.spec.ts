import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ChatEvent } from '#libs/providers';
import { scanJson } from '../../json/scan-json.js';
import type { AnswerContext } from '../client-operation.js';
import { AnthropicAnswerRenderer, AnthropicStreamRenderer } from './render.js';

const contextOf = (body: object = {}, inputTokens = 40): AnswerContext => ({
	requestId: '0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000',
	alias: 'alias',
	isStreamed: true,
	wantsUsage: true,
	inputTokens,
	scanned: scanJson(Buffer.from(JSON.stringify(body))),
});

interface Frame {
	readonly type: string;
	readonly index: number;
	readonly message: { readonly usage: Record<string, number>; readonly model: string; readonly id: string };
	readonly content_block: { readonly type: string; readonly id?: string; readonly name?: string };
	readonly delta: Record<string, unknown>;
	readonly usage: Record<string, unknown>;
}
function stream(events: readonly ChatEvent[], context = contextOf()): Frame[] {
	const renderer = new AnthropicStreamRenderer(context);
	const out = events.map((event) => renderer.event(event, 'up')).join('') + renderer.end('up');
	return out
		.split('\n\n')
		.filter((frame) => frame !== '')
		.map((frame) => {
			const [name, data] = frame.split('\ndata: ');
			const parsed = JSON.parse(String(data)) as Frame;
			expect(name).toBe(`event: ${parsed.type}`);
			return parsed;
		});
}
interface Whole {
	readonly content: Record<string, unknown>[];
	readonly stop_reason: string;
	readonly stop_sequence: string | null;
	readonly stop_details: object | null;
	readonly usage: Record<string, unknown>;
}
function whole(events: readonly ChatEvent[], context = contextOf()): Whole {
	const renderer = new AnthropicAnswerRenderer(context);
	for (const event of events) renderer.event(event);
	return JSON.parse(renderer.end('up')) as Whole;
}

/** What a client puts together, as the official ones do; checks that blocks follow one another. */
function accumulate(frames: readonly Frame[]): Record<string, unknown>[] {
	const blocks: Record<string, unknown>[] = [];
	let open = -1;
	let json = '';
	for (const { type, index, content_block, delta } of frames) {
		if (type === 'content_block_start') {
			expect([open, index]).toEqual([-1, blocks.length]);
			open = index;
			json = '';
			blocks.push({ ...content_block });
		} else if (type === 'content_block_delta') {
			expect(index).toBe(open);
			const block = blocks[index] as Record<string, unknown>;
			if (delta.type === 'text_delta') block.text = String(block.text) + String(delta.text);
			if (delta.type === 'thinking_delta') block.thinking = String(block.thinking) + String(delta.thinking);
			if (delta.type === 'signature_delta') block.signature = delta.signature;
			if (delta.type === 'input_json_delta') json += String(delta.partial_json);
		} else if (type === 'content_block_stop') {
			expect(index).toBe(open);
			const block = blocks[index] as Record<string, unknown>;
			if (block.type === 'tool_use' && json !== '') block.input = JSON.parse(json);
			open = -1;
		}
	}
	expect(open).toBe(-1);
	return blocks;
}

const text = (piece: string): ChatEvent => ({ type: 'text', text: piece });
const start = (index: number, name = `f${index}`): ChatEvent => ({ type: 'tool_start', index, id: `id${index}`, name });
const json = (index: number, piece: string): ChatEvent => ({ type: 'tool_arguments', index, json: piece });
const finish = (reason: 'stop' | 'length' | 'tool_calls' | 'content_filter', stopSequence?: string): ChatEvent => ({
	type: 'finish',
	reason,
	...(stopSequence === undefined ? {} : { stopSequence }),
});
const usage = { input: 5, cacheRead: 2, cacheWrite: 1, output: 3, reasoning: 4 };

describe('a stream', () => {
	it('has every member that clients read', () => {
		expect(stream([text('a'), text('b'), finish('stop'), { type: 'usage', usage }])).toEqual([
			{
				type: 'message_start',
				message: {
					id: 'msg_0190aaaabbbb7ccc8dddeeeeffff0000',
					type: 'message',
					role: 'assistant',
					model: 'up',
					content: [],
					stop_reason: null,
					stop_sequence: null,
					stop_details: null,
					container: null,
					diagnostics: null,
					usage: {
						input_tokens: 1,
						output_tokens: 1,
						cache_creation_input_tokens: 0,
						cache_read_input_tokens: 0,
						cache_creation: null,
						output_tokens_details: null,
						server_tool_use: null,
						service_tier: 'standard',
						inference_geo: null,
						speed: null,
					},
				},
			},
			{ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '', citations: null } },
			{ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'a' } },
			{ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'b' } },
			{ type: 'content_block_stop', index: 0 },
			{
				type: 'message_delta',
				delta: { stop_reason: 'end_turn', stop_sequence: null, stop_details: null, container: null },
				usage: {
					input_tokens: 5,
					output_tokens: 7,
					cache_creation_input_tokens: 1,
					cache_read_input_tokens: 2,
					output_tokens_details: { thinking_tokens: 4 },
					server_tool_use: null,
				},
			},
			{ type: 'message_stop' },
		]);
	});

	it('tells the input at its start: as reported by then, else the estimate', () => {
		const startOf = (events: ChatEvent[], context: AnswerContext) =>
			stream(events, context)[0]?.message.usage.input_tokens;
		const prompt = contextOf({ messages: [{ role: 'user', content: 'x'.repeat(300) }] }, 120);
		expect(startOf([{ type: 'usage', usage }, text('a')], prompt)).toBe(5);
		expect(startOf([text('a'), { type: 'usage', usage }], prompt)).toBe(104);
		expect(startOf([], contextOf({}, 0))).toBe(1);
		expect(stream([text('a'), text('b')], prompt).at(-2)?.usage).toMatchObject({ input_tokens: 104, output_tokens: 2 });
	});

	it('thinking, text and calls are blocks of their own; nobody else’s signature is passed on', () => {
		const events: ChatEvent[] = [
			{ type: 'reasoning', text: 'h' },
			{ type: 'reasoning', text: 'm' },
			{ type: 'reasoning_end', vendor: 'anthropic', signature: 's', redacted: undefined },
			{ type: 'reasoning', text: 'again' },
			{ type: 'reasoning_end', vendor: 'openai', signature: 'theirs', redacted: undefined },
			{ type: 'reasoning_end', vendor: 'anthropic', signature: undefined, redacted: 'r' },
			text('a'),
			start(0),
			json(0, '{"x"'),
			json(0, ':1}'),
			start(1),
			finish('tool_calls'),
		];
		const caller = { type: 'direct' };
		const blocks = [
			{ type: 'thinking', thinking: 'hm', signature: 's' },
			{ type: 'thinking', thinking: 'again', signature: '' },
			{ type: 'redacted_thinking', data: 'r' },
			{ type: 'text', text: 'a', citations: null },
			{ type: 'tool_use', id: 'id0', name: 'f0', input: { x: 1 }, caller },
			{ type: 'tool_use', id: 'id1', name: 'f1', input: {}, caller },
		];
		expect(accumulate(stream(events))).toEqual(blocks);
		expect(whole(events).content).toEqual(blocks);
	});

	it('shows no thinking to a client that does not want to see it', () => {
		for (const thinking of [{ type: 'disabled' }, { type: 'adaptive', display: 'omitted' }]) {
			const events: ChatEvent[] = [{ type: 'reasoning', text: 'hm' }, text('a')];
			expect(accumulate(stream(events, contextOf({ thinking })))).toHaveLength(1);
			expect(whole(events, contextOf({ thinking })).content).toHaveLength(1);
		}
	});

	it('a call goes out as it comes, the next one as soon as the one before is complete', () => {
		const renderer = new AnthropicStreamRenderer(contextOf());
		const out = (event: ChatEvent) => renderer.event(event, 'up');
		out(start(0));
		expect(out(json(0, '{"a"'))).toContain('input_json_delta');
		expect(out(start(1))).toBe(''); // the first may go on
		expect(out(json(1, '{"b"'))).toBe('');
		expect(out(json(0, ':1}'))).toContain('input_json_delta');
		const both = out(start(2));
		expect(both).toContain('"name":"f1"');
		expect(both).not.toContain('"name":"f2"');
		expect(accumulate(stream([start(0), json(0, '{}'), start(1), json(1, '{}')]))).toHaveLength(2);
	});

	it('arguments that come in turns are put in order, whatever the turns', () => {
		const calls = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1, maxLength: 4 });
		fc.assert(
			fc.property(calls, fc.infiniteStream(fc.nat(99)), fc.nat(6), (inputs, dice, size) => {
				const left = inputs.map((input) => JSON.stringify(input));
				const events: ChatEvent[] = [text('t'), ...inputs.map((_, index) => start(index))];
				while (left.some((rest) => rest !== '')) {
					const at = (dice.next().value as number) % left.length;
					const rest = left[at] as string;
					if (rest !== '') events.push(json(at, rest.slice(0, size + 1)));
					left[at] = rest.slice(size + 1);
				}
				events.push(finish('tool_calls'));
				const expected = JSON.parse(JSON.stringify(inputs)) as unknown[];
				expect(
					accumulate(stream(events))
						.slice(1)
						.map(({ input }) => input),
				).toEqual(expected);
				expect(
					whole(events)
						.content.slice(1)
						.map(({ input }) => input),
				).toEqual(expected);
			}),
			{ numRuns: 50 },
		);
	});

	it('mints ids where an upstream has none, unique across answers', () => {
		const idOf = (id: string) => accumulate(stream([{ type: 'tool_start', index: 0, id, name: 'f' }]))[0]?.id;
		expect([idOf('call_0'), idOf(''), idOf('call_0_1'), idOf('call_abc'), idOf('aB3dE6gH9')]).toEqual([
			'toolu_0190aaaabbbb7ccc8dddeeee0',
			'toolu_0190aaaabbbb7ccc8dddeeee0',
			'toolu_0190aaaabbbb7ccc8dddeeee0',
			'call_abc',
			'aB3dE6gH9',
		]);
	});
});

describe('why an answer ended', () => {
	const refusal: ChatEvent = { type: 'refusal', text: 'I will not' };
	const stops = { stop_sequences: ['X'] };
	it.each([
		[[text('a'), finish('stop')], {}, ['end_turn', null, null]],
		[[text('a'), finish('stop', 'X')], stops, ['stop_sequence', 'X', null]],
		[[text('a'), finish('stop', '<|im_end|>')], stops, ['end_turn', null, null]],
		[[text('a'), finish('length')], {}, ['max_tokens', null, null]],
		[[start(0), finish('tool_calls')], {}, ['tool_use', null, null]],
		[[start(0), finish('stop')], {}, ['tool_use', null, null]],
		[[start(0), finish('length')], {}, ['max_tokens', null, null]],
		[[finish('content_filter')], {}, ['refusal', null, { type: 'refusal', category: null, explanation: null }]],
		[[refusal, finish('stop')], {}, ['refusal', null, { type: 'refusal', category: null, explanation: 'I will not' }]],
	] as const)('%j', (events, body, expected) => {
		const { stop_reason, stop_sequence, stop_details } = whole(events, contextOf(body));
		expect([stop_reason, stop_sequence, stop_details]).toEqual(expected);
		expect(stream(events, contextOf(body)).at(-2)?.delta).toEqual({
			stop_reason,
			stop_sequence,
			stop_details,
			container: null,
		});
	});
});

describe('a whole answer', () => {
	it('keeps what a model wrote wrongly as its tool input, and the usage in classes', () => {
		const answer = whole([start(0), json(0, 'no json'), finish('tool_calls'), { type: 'usage', usage }]);
		expect(answer.content[0]?.input).toEqual({ value: 'no json' });
		expect(answer.usage).toMatchObject({
			input_tokens: 5,
			output_tokens: 7,
			cache_creation_input_tokens: 1,
			cache_read_input_tokens: 2,
			output_tokens_details: { thinking_tokens: 4 },
		});
		expect(whole([]).content).toEqual([]);
	});
});
