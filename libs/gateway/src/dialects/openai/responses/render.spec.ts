import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from '#libs/kernel';
import type { ChatEvent } from '#libs/providers';
import { scanJson } from '../../../json/scan-json.js';
import type { AnswerContext } from '../../client-operation.js';
import { ResponseAnswerRenderer, ResponseStreamRenderer } from './render.js';
import { openAiResponses } from './responses.dialect.js';

interface Item {
	id: string;
	type: string;
	status: string;
	content?: { type: string; text?: string; refusal?: string; logprobs?: unknown[] }[];
	encrypted_content?: string;
	arguments?: string;
}
interface Answer {
	id: string;
	output: Item[];
	error: object | null;
}
interface Event {
	type: string;
	sequence_number: number;
	output_index: number;
	content_index: number;
	item_id: string;
	item: Item;
	response: Answer;
	delta: string;
}

const context = (body: object = {}, isStreamed = true): AnswerContext => ({
	requestId: '0190-abc',
	alias: 'alias',
	isStreamed,
	wantsUsage: true,
	inputTokens: 1,
	scanned: scanJson(Buffer.from(JSON.stringify({ model: 'alias', input: 'x', ...body }))),
});

const eventsOf = (frames: string): Event[] =>
	frames
		.split('\n\n')
		.filter((frame) => frame !== '')
		.map((frame) => {
			const [head = '', data = ''] = frame.split('\n');
			const event = JSON.parse(data.slice('data: '.length)) as Event;
			expect(head).toBe(`event: ${event.type}`);
			return event;
		});

function stream(events: readonly ChatEvent[], body: object = {}): Event[] {
	const renderer = new ResponseStreamRenderer(context(body));
	return eventsOf(events.map((event) => renderer.event(event, 'm')).join('') + renderer.end('m'));
}
function whole(events: readonly ChatEvent[], body: object = {}): Answer {
	const renderer = new ResponseAnswerRenderer(context(body, false));
	for (const event of events) renderer.event(event);
	return JSON.parse(renderer.end('m')) as Answer;
}

const usage: ChatEvent = {
	type: 'usage',
	usage: { input: 5, cacheRead: 2, cacheWrite: 1, output: 3, reasoning: 4 },
};
const finish = (reason: 'stop' | 'length' | 'tool_calls' | 'content_filter'): ChatEvent => ({ type: 'finish', reason });
const hello: ChatEvent[] = [{ type: 'text', text: 'Hel' }, { type: 'text', text: 'lo é😀' }, finish('stop'), usage];
const calls: ChatEvent[] = [
	{ type: 'text', text: 'a' },
	{ type: 'tool_start', index: 0, id: 'call_a', name: 'f' },
	{ type: 'tool_start', index: 1, id: 'call_b', name: 'g' },
	{ type: 'tool_arguments', index: 1, json: '{}' },
	{ type: 'tool_arguments', index: 0, json: '{"x":' },
	{ type: 'tool_arguments', index: 0, json: '1}' },
	finish('tool_calls'),
];

describe('the events of a response', () => {
	it('come in the order that clients demand, numbered, with the text as it was', () => {
		const events = stream(hello);
		expect(events.map(({ type }) => type)).toEqual([
			'response.created',
			'response.in_progress',
			'response.output_item.added',
			'response.content_part.added',
			'response.output_text.delta',
			'response.output_text.delta',
			'response.output_text.done',
			'response.content_part.done',
			'response.output_item.done',
			'response.completed',
		]);
		expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, at) => at));
		expect(events.map(({ delta }) => delta ?? '').join('')).toBe('Hello é😀');
		expect(events[4]).toMatchObject({ item_id: events[2]?.item.id, output_index: 0, content_index: 0, logprobs: [] });
		expect(events[0]?.response).toMatchObject({ status: 'in_progress', output: [], usage: null, model: 'm' });
		const last = events.at(-1)?.response;
		expect(last).toMatchObject({
			id: events[0]?.response.id,
			status: 'completed',
			output: [{ type: 'message', status: 'completed', role: 'assistant', content: [{ text: 'Hello é😀' }] }],
			usage: {
				input_tokens: 8,
				input_tokens_details: { cached_tokens: 2, cache_write_tokens: 1 },
				output_tokens: 7,
				output_tokens_details: { reasoning_tokens: 4 },
				total_tokens: 15,
			},
		});
	});

	it('keep calls apart whose arguments come in turns', () => {
		const events = stream(calls);
		const added = events.filter(({ type }) => type === 'response.output_item.added');
		expect(added.map(({ item, output_index: at }) => [at, item.type, item.arguments])).toEqual([
			[0, 'message', undefined],
			[1, 'function_call', ''],
			[2, 'function_call', ''],
		]);
		const done = events.filter(({ type }) => type === 'response.function_call_arguments.done');
		expect(done).toMatchObject([
			{ output_index: 1, arguments: '{"x":1}', name: 'f' },
			{ output_index: 2, arguments: '{}', name: 'g' },
		]);
		expect(events.at(-1)?.response.output.slice(1)).toMatchObject([
			{ call_id: 'call_a', name: 'f', arguments: '{"x":1}', status: 'completed' },
			{ call_id: 'call_b', name: 'g', arguments: '{}', status: 'completed' },
		]);
	});

	it('show thinking as text, or as a summary where one was asked for, then close it', () => {
		const events: ChatEvent[] = [
			{ type: 'reasoning', text: 'hm' },
			{ type: 'reasoning_end', vendor: 'anthropic', signature: 'sig', redacted: undefined },
			{ type: 'text', text: 'x' },
			finish('stop'),
		];
		const types = (body: object) =>
			stream(events, body)
				.slice(2)
				.filter(({ output_index: at }) => at === 0)
				.map(({ type }) => type.replace('response.', ''));
		expect(types({})).toEqual([
			'output_item.added',
			'content_part.added',
			'reasoning_text.delta',
			'reasoning_text.done',
			'content_part.done',
			'output_item.done',
		]);
		expect(types({ reasoning: { summary: 'auto' } })).toEqual([
			'output_item.added',
			'reasoning_summary_part.added',
			'reasoning_summary_text.delta',
			'reasoning_summary_text.done',
			'reasoning_summary_part.done',
			'output_item.done',
		]);
		const [item] = whole(events).output;
		expect(item).toMatchObject({ type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'hm' }] });
		expect(item?.encrypted_content).toMatch(/^parallama\.anthropic\./);
	});

	it('put a refusal into a part of its own', () => {
		const events = stream([{ type: 'text', text: 'a' }, { type: 'refusal', text: 'no' }, finish('stop')]);
		expect(events.at(-1)?.response.output[0]?.content).toMatchObject([
			{ type: 'output_text', text: 'a' },
			{ type: 'refusal', refusal: 'no' },
		]);
		expect(events.find(({ type }) => type === 'response.refusal.delta')).toMatchObject({ content_index: 1 });
		expect(events.filter(({ type }) => type === 'response.output_text.done')).toHaveLength(1);
	});

	it.each([
		['length', 'max_output_tokens'],
		['content_filter', 'content_filter'],
	] as const)('end with incomplete after %s', (reason, why) => {
		const last = stream([{ type: 'text', text: 'a' }, finish(reason), usage]).at(-1);
		expect(last).toMatchObject({
			type: 'response.incomplete',
			response: { status: 'incomplete', incomplete_details: { reason: why }, usage: { output_tokens: 7 } },
		});
		expect(last?.response.output[0]?.status).toBe('incomplete');
	});

	it('carry log probabilities', () => {
		const logprobs = [{ token: 'é', logprob: -0.5, top: [{ token: 'e', logprob: -2 }] }];
		const events = stream([{ type: 'text', text: 'é', logprobs }, finish('stop')]);
		const expected = {
			token: 'é',
			logprob: -0.5,
			bytes: [195, 169],
			top_logprobs: [{ token: 'e', logprob: -2, bytes: [101] }],
		};
		expect(events[4]).toMatchObject({ logprobs: [expected] });
		expect(events.at(-1)?.response.output[0]?.content?.[0]?.logprobs).toEqual([expected]);
	});

	it('end a failure with an error and a failed response, numbered on', () => {
		const renderer = new ResponseStreamRenderer(context());
		const before = eventsOf(renderer.event({ type: 'text', text: 'half' }, 'm'));
		const after = eventsOf(renderer.failed(new AppError('timeout', 'upstream_stalled', 'Silence')));
		expect(after).toMatchObject([
			{ type: 'error', code: 'upstream_stalled', message: 'Silence', param: null },
			{
				type: 'response.failed',
				response: {
					status: 'failed',
					error: { code: 'server_error', message: 'Silence' },
					output: [{ status: 'in_progress', content: [{ text: 'half' }] }],
				},
			},
		]);
		expect(after.map(({ sequence_number: number }) => number)).toEqual([before.length, before.length + 1]);
	});

	it('begin before a failure that comes first', () => {
		const error = new AppError('throttled', 'upstream_rate_limited', 'Slow down');
		const events = eventsOf(openAiResponses.errorFrame(error, context()));
		expect(events.map(({ type }) => type)).toEqual([
			'response.created',
			'response.in_progress',
			'error',
			'response.failed',
		]);
		expect(events.at(-1)?.response.error).toMatchObject({ code: 'rate_limit_exceeded' });
	});
});

describe('a response', () => {
	it('is the same streamed and whole', () => {
		const event = fc.oneof(
			fc.record({ type: fc.constant('text' as const), text: fc.string() }),
			fc.record({ type: fc.constant('refusal' as const), text: fc.string() }),
			fc.record({ type: fc.constant('reasoning' as const), text: fc.string() }),
			fc.nat(3).map((index): ChatEvent => ({ type: 'tool_arguments', index, json: '1' })),
			fc.constant<ChatEvent>({ type: 'reasoning_end', vendor: 'anthropic', signature: 's', redacted: undefined }),
		);
		fc.assert(
			fc.property(fc.array(event), fc.array(fc.nat(20), { maxLength: 4 }), (events, starts) => {
				const all: ChatEvent[] = [...events];
				for (const [index, at] of starts.entries())
					all.splice(at, 0, { type: 'tool_start', index, id: `call_${index}`, name: 'f' });
				all.push(finish('stop'), usage);
				const streamed = stream(all);
				const times = { created_at: 0, completed_at: 0 };
				expect({ ...streamed.at(-1)?.response, ...times }).toEqual({ ...whole(all), ...times });
				expectConsistent(streamed);
			}),
		);
	});

	it('repeats what was asked for', () => {
		const asked = {
			instructions: 'be brief',
			metadata: { a: 'b' },
			temperature: 0.5,
			tools: [{ type: 'function', name: 'f', parameters: {} }],
			tool_choice: 'required',
			text: { format: { type: 'json_object' } },
			reasoning: { effort: 'low' },
		};
		const usual = { top_p: 1, truncation: 'disabled', store: false, previous_response_id: null, error: null };
		const reasoning = { effort: 'low', summary: null };
		expect(whole(hello, asked)).toMatchObject({ ...asked, ...usual, reasoning, object: 'response' });
	});
});

/** Every item and part is added before its deltas and done exactly once, and what deltas say adds up. */
function expectConsistent(events: readonly Event[]): void {
	const added = new Map<number, Item>();
	const done = new Set<number>();
	const said = new Map<string, string>();
	for (const event of events) {
		if (event.type === 'response.output_item.added') added.set(event.output_index, event.item);
		else if (event.type === 'response.output_item.done') {
			expect(added.has(event.output_index) && !done.has(event.output_index)).toBe(true);
			expect(event.item.id).toBe(added.get(event.output_index)?.id);
			done.add(event.output_index);
		} else if (event.output_index !== undefined) {
			expect(added.get(event.output_index)?.id).toBe(event.item_id);
			expect(done.has(event.output_index)).toBe(false);
		}
		if (event.type === 'response.output_text.delta') {
			const key = `${event.output_index}.${event.content_index}`;
			said.set(key, (said.get(key) ?? '') + event.delta);
		}
	}
	expect(done.size).toBe(added.size);
	const output = events.at(-1)?.response.output ?? [];
	for (const [key, text] of said) {
		const [item = '', part = ''] = key.split('.');
		expect(output[Number(item)]?.content?.[Number(part)]?.text).toBe(text);
	}
}
