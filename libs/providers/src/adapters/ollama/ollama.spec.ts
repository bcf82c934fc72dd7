import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ChatEvent, type ChatRequest, NO_WISHES, textMessage, type ToolDefinition } from '../../chat.js';
import { Untranslatable } from '../../untranslatable.js';
import { OllamaDecoder } from './decode.js';
import { encodeOllamaChat } from './encode.js';
import { callIn, formatOfCalls } from './forced-tool.js';

const tool = (name: string, parameters: unknown = { type: 'object' }): ToolDefinition => ({
	name,
	description: undefined,
	parameters,
	strict: undefined,
});
const request = (wishes: Partial<ChatRequest> = {}): ChatRequest => ({
	...NO_WISHES,
	model: 'm',
	isStreamed: true,
	messages: [textMessage('user', 'hi')],
	...wishes,
});
const encoded = (wishes: Partial<ChatRequest>): Record<string, unknown> =>
	JSON.parse(encodeOllamaChat(request(wishes), new Untranslatable(false)).toString());

const line = (message: object, rest: object = {}): string =>
	`${JSON.stringify({ model: 'm', message: { role: 'assistant', content: '', ...message }, done: false, ...rest })}\n`;
const last = (rest: object = {}): string =>
	line({}, { done: true, done_reason: 'stop', prompt_eval_count: 5, eval_count: 2, ...rest });

function decode(wishes: Partial<ChatRequest>, bytes: Buffer, cuts: readonly number[] = []) {
	const events: ChatEvent[] = [];
	const decoder = new OllamaDecoder(request(wishes), (event) => events.push(event));
	const at = [0, ...cuts.filter((cut) => cut > 0 && cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
	for (const [index, start] of at.slice(0, -1).entries()) decoder.feed(bytes.subarray(start, at[index + 1]));
	return { isWhole: decoder.end(), events, decoder };
}
const eventsOf = (wishes: Partial<ChatRequest>, ...lines: string[]): ChatEvent[] =>
	decode(wishes, Buffer.from(lines.join(''))).events;

describe('requests', () => {
	it('without a choice of tools send them as they are, with "none" not at all', () => {
		expect(encoded({ tools: [tool('a')], toolChoice: 'auto' })).toMatchObject({ tools: [{ function: { name: 'a' } }] });
		expect(encoded({ tools: [tool('a')], toolChoice: 'none' })).not.toHaveProperty('tools');
		expect(encoded({ tools: [tool('a')] })).not.toHaveProperty('format');
	});

	it('that must call a tool hold the answer to the calls that are allowed, over any other format', () => {
		const tools = [tool('a', { type: 'object', properties: { x: { type: 'number' } } }), tool('b', undefined)];
		const one = encoded({ tools, toolChoice: { name: 'a' }, format: { type: 'json' } });
		expect(one).toMatchObject({
			tools: [{ function: { name: 'a' } }],
			format: {
				properties: { name: { enum: ['a'] }, arguments: { properties: { x: { type: 'number' } } } },
				required: ['name', 'arguments'],
			},
		});
		expect(one.tools).toHaveLength(1);
		const any = encoded({ tools, toolChoice: 'required' }) as { format: { anyOf: object[] }; tools: object[] };
		expect([any.format.anyOf.length, any.tools.length]).toEqual([2, 2]);
		expect(any.format.anyOf[1]).toMatchObject({ properties: { arguments: { type: 'object' } } });
	});

	it.each([{ toolChoice: 'required' as const }, { toolChoice: { name: 'b' }, tools: [tool('a')] }])(
		'cannot ask for a tool that is not there',
		(wishes) => {
			expect(() => encoded(wishes)).toThrow(expect.objectContaining({ fault: 'invalid', param: 'tool_choice' }));
		},
	);

	it('keep references inside of a schema valid at its new place', () => {
		const node = {
			type: 'object',
			properties: { next: { $ref: '#' }, leaf: { $ref: '#/$defs/Leaf' } },
			$defs: { Leaf: { type: 'string' } },
		};
		const format = formatOfCalls([tool('tree', node)]) as {
			properties: { arguments: object };
			$defs: { tool0: { properties: object } };
		};
		expect(format.properties.arguments).toEqual({ $ref: '#/$defs/tool0' });
		expect(format.$defs.tool0.properties).toEqual({
			next: { $ref: '#/$defs/tool0' },
			leaf: { $ref: '#/$defs/tool0/$defs/Leaf' },
		});
	});

	it('carry formats, thinking, log probabilities and what only Ollama knows', () => {
		const schema = { type: 'object' };
		expect(encoded({ format: { type: 'schema', schema, name: 'x' } })).toMatchObject({ format: schema });
		expect(encoded({ format: { type: 'schema', schema: undefined, name: 'x' } })).toMatchObject({ format: 'json' });
		expect(encoded({ format: { type: 'json' }, reasoning: 'minimal' })).toMatchObject({ format: 'json', think: 'low' });
		expect(encoded({ reasoning: false, logprobs: 3 })).toMatchObject({ think: false, logprobs: true, top_logprobs: 3 });
		expect(encoded({ logprobs: 0 })).not.toHaveProperty('top_logprobs');
		expect(encoded({ keepAlive: '5m', runtime: { num_ctx: 9 }, maxTokens: 3, stop: ['a'] })).toMatchObject({
			keep_alive: '5m',
			options: { num_ctx: 9, num_predict: 3, stop: ['a'] },
		});
		expect(() => encoded({ logitBias: { 1: 2 } })).toThrow(expect.objectContaining({ param: 'logit_bias' }));
	});

	it('name the tool of an answer by its call, the latest of that id', () => {
		const call = (id: string, name: string) => ({
			...textMessage('assistant', ''),
			toolCalls: [{ id, name, arguments: '' }],
		});
		const answer = { ...textMessage('tool', 'r'), toolCallId: 'call_0', isError: true };
		const { messages } = encoded({ messages: [call('call_0', 'old'), call('call_0', 'new'), answer] });
		expect((messages as object[])[2]).toEqual({
			role: 'tool',
			content: 'Error: r',
			tool_name: 'new',
			tool_call_id: 'call_0',
		});
	});
});

describe('answers', () => {
	const calls = [
		{ function: { name: 'f', arguments: { b: 1, a: { done: true } } } },
		{ id: 'x', function: { name: 'g', arguments: {} } },
	];

	it('give the same events however the bytes are cut', () => {
		const bytes = Buffer.from(
			[
				line({ thinking: 'hm 😀' }),
				line({ content: 'é"done":true' }, { logprobs: [{ token: 'é', logprob: -1, bytes: [1], top_logprobs: [] }] }),
				line({ tool_calls: calls }),
				last(),
			].join(''),
		);
		const whole = decode({}, bytes);
		expect(whole.events).toEqual([
			{ type: 'reasoning', text: 'hm 😀' },
			{ type: 'text', text: 'é"done":true', logprobs: [{ token: 'é', logprob: -1, top: [] }] },
			{ type: 'tool_start', index: 0, id: 'call_0', name: 'f' },
			{ type: 'tool_arguments', index: 0, json: '{"b":1,"a":{"done":true}}' },
			{ type: 'tool_start', index: 1, id: 'x', name: 'g' },
			{ type: 'tool_arguments', index: 1, json: '{}' },
			{ type: 'finish', reason: 'tool_calls' },
			{ type: 'usage', usage: { input: 5, cacheRead: 0, cacheWrite: 0, output: 2, reasoning: 0 } },
		]);
		fc.assert(
			fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
				const { events, isWhole } = decode({}, bytes, cuts);
				expect([events, isWhole]).toEqual([whole.events, true]);
			}),
		);
	});

	it('are trimmed to one tool call where only one was wanted', () => {
		const events = eventsOf({ parallelTools: false }, line({ tool_calls: calls }), line({ tool_calls: calls }), last());
		expect(events.filter(({ type }) => type === 'tool_start')).toEqual([
			{ type: 'tool_start', index: 0, id: 'call_0', name: 'f' },
		]);
	});

	it('number their calls on from those of the conversation', () => {
		const before = { ...textMessage('assistant', ''), toolCalls: [{ id: 'call_7', name: 'f', arguments: '{}' }] };
		const events = eventsOf({ messages: [before] }, line({ tool_calls: calls }), last());
		expect(events[0]).toMatchObject({ id: 'call_8' });
	});

	it('leave the length of a prompt unknown where nothing is said of it', () => {
		expect(eventsOf({}, last({ prompt_eval_count: undefined })).at(-1)).toMatchObject({
			usage: { input: 0, isInputUnknown: true, output: 2 },
		});
		expect(eventsOf({}, last({ prompt_eval_count: undefined, eval_count: undefined })).at(-1)?.type).toBe('finish');
	});
});

describe('a tool that must be called', () => {
	const wishes = { tools: [tool('f'), tool('g')], toolChoice: 'required' as const };
	const text = '{"name":"g","arguments":{"z":"é😀","a":1}}';
	const pieces = text.match(/.{1,5}/gsu) ?? [];
	const called = [
		{ type: 'tool_start', index: 0, id: 'call_0', name: 'g' },
		{ type: 'tool_arguments', index: 0, json: '{"z":"é😀","a":1}' },
		{ type: 'finish', reason: 'tool_calls' },
	];

	it('is read out of the text at its end, however the bytes are cut', () => {
		const bytes = Buffer.from([...pieces.map((content) => line({ content })), last()].join(''));
		fc.assert(
			fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
				expect(decode(wishes, bytes, cuts).events.slice(0, 3)).toEqual(called);
			}),
		);
		expect(
			decode({ ...wishes, isStreamed: false }, Buffer.from(line({ content: text }, { done: true }))).events,
		).toEqual(called);
	});

	it('counts what it holds back', () => {
		const { decoder, events } = decode(wishes, Buffer.from(pieces.map((content) => line({ content })).join('')));
		expect([decoder.held, events]).toEqual([pieces.length, []]);
	});

	it('may also come as the upstream makes calls', () => {
		const events = eventsOf(wishes, line({ tool_calls: [{ function: { name: 'f', arguments: {} } }] }), last());
		expect(events[0]).toMatchObject({ type: 'tool_start', name: 'f' });
	});

	it('is no call when the answer was cut or names another tool: then it stays text', () => {
		const cut = eventsOf(wishes, line({ content: text.slice(0, 20) }), last({ done_reason: 'length' }));
		expect(cut.slice(0, 2)).toEqual([
			{ type: 'text', text: text.slice(0, 20) },
			{ type: 'finish', reason: 'length' },
		]);
		expect(callIn('{"name":"h","arguments":{}}', wishes.tools)).toBeUndefined();
		expect(callIn('[]', wishes.tools)).toBeUndefined();
	});
});
