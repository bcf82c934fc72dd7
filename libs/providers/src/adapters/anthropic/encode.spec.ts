import { describe, expect, it } from '@jest/globals';
import { type ChatMessage, type ChatRequest, NO_WISHES, textMessage } from '../../chat.js';
import { Untranslatable } from '../../untranslatable.js';
import { encodeAnthropicChat } from './encode.js';

type Json = Record<string, unknown>;
const PNG = 'iVBORw0KGgo=';

const encode = (
	wishes: Partial<ChatRequest>,
	{ version = '2023-06-01', lost = new Untranslatable(false) } = {},
): Json =>
	JSON.parse(
		encodeAnthropicChat(
			{ ...NO_WISHES, model: 'claude-x', isStreamed: false, messages: [textMessage('user', 'hi')], ...wishes },
			lost,
			version,
		).toString(),
	) as Json;

const assistant = (more: Partial<ChatMessage>): ChatMessage => ({ ...textMessage('assistant', ''), ...more });
const call = (id: string, name = 'f', json = '{"a":1}') => ({ id, name, arguments: json });
const result = (toolCallId: string | undefined, text: string, more: Partial<ChatMessage> = {}): ChatMessage => ({
	...textMessage('tool', text),
	toolCallId,
	...more,
});
const tool = { name: 'f', description: 'd', parameters: { properties: {} }, strict: undefined };

describe('turns', () => {
	it('the first words of the system are hoisted, later ones join the user', () => {
		expect(
			encode({
				messages: [
					textMessage('system', 'one'),
					textMessage('system', 'two'),
					textMessage('user', 'a'),
					textMessage('system', 'three'),
					textMessage('user', 'b'),
				],
			}),
		).toMatchObject({
			system: 'one\n\ntwo',
			messages: [
				{
					role: 'user',
					content: [
						{ type: 'text', text: 'a' },
						{ type: 'text', text: 'three' },
						{ type: 'text', text: 'b' },
					],
				},
			],
		});
	});

	it('a conversation that the assistant opens begins with the user; an answer to go on with ends without white space', () => {
		expect(
			encode({ messages: [textMessage('assistant', 'x'), textMessage('user', 'y'), textMessage('assistant', 'z \n')] })
				.messages,
		).toEqual([
			{ role: 'user', content: [{ type: 'text', text: 'Continue.' }] },
			{ role: 'assistant', content: [{ type: 'text', text: 'x' }] },
			{ role: 'user', content: [{ type: 'text', text: 'y' }] },
			{ role: 'assistant', content: [{ type: 'text', text: 'z' }] },
		]);
	});

	it('refuses a conversation in which nobody says anything', () => {
		for (const messages of [[], [textMessage('system', 's')], [textMessage('user', '')]])
			expect(() => encode({ messages })).toThrow(expect.objectContaining({ fault: 'invalid', param: 'messages' }));
	});

	it('results of tools share one turn, before what the user adds, though it was said between', () => {
		const { messages } = encode({
			messages: [
				textMessage('user', 'q'),
				assistant({ toolCalls: [call('c1'), call('c2')] }),
				result('c2', 'two', { isError: true }),
				textMessage('user', 'well?'),
				result('c1', 'one', {
					parts: [
						{ type: 'text', text: 'one' },
						{ type: 'image', base64: PNG, mediaType: undefined },
					],
				}),
			],
		}) as { messages: Json[] };
		expect(messages.at(-1)).toEqual({
			role: 'user',
			content: [
				{ type: 'tool_result', tool_use_id: 'c2', content: 'two', is_error: true },
				{
					type: 'tool_result',
					tool_use_id: 'c1',
					content: [
						{ type: 'text', text: 'one' },
						{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
					],
				},
				{ type: 'text', text: 'well?' },
			],
		});
	});

	it('ids are legal and unique, results without one (Ollama) are matched by name, else in order', () => {
		const { messages } = encode({
			messages: [
				textMessage('user', 'q'),
				assistant({ toolCalls: [call('call:0', 'f'), call('', 'g')] }),
				result(undefined, 'of g', { toolName: 'g' }),
				result(undefined, 'of f'),
				assistant({ toolCalls: [call('call:0', 'f', 'no json')] }),
				result('call:0', 'again'),
				result('nobody', 'lost'),
			],
		}) as { messages: { content: Json[] }[] };
		const ids = messages.map(({ content }) => content.map(({ id, tool_use_id, text }) => id ?? tool_use_id ?? text));
		expect(ids).toEqual([
			['q'],
			['call_0', 'call'],
			['call', 'call_0'],
			['call_0_2'],
			['call_0_2', 'A tool answered: lost'],
		]);
		expect(messages[3]?.content[0]?.input).toEqual({ value: 'no json' });
	});

	it('thinking goes back to the vendor that signed it, and to nobody else', () => {
		const part = { text: 'hm', redacted: undefined };
		const { messages } = encode({
			messages: [
				textMessage('user', 'q'),
				assistant({
					parts: [{ type: 'text', text: 'a' }],
					reasoning: [
						{ ...part, vendor: 'anthropic', signature: 's' },
						{ ...part, vendor: 'openai', signature: 'o' },
						{ ...part, vendor: undefined, signature: undefined },
						{ text: '', vendor: 'anthropic', signature: undefined, redacted: 'r' },
					],
				}),
			],
		}) as { messages: Json[] };
		expect(messages[1]?.content).toEqual([
			{ type: 'thinking', thinking: 'hm', signature: 's' },
			{ type: 'redacted_thinking', data: 'r' },
			{ type: 'text', text: 'a' },
		]);
	});
});

describe('content', () => {
	it('images, documents and cache hints', () => {
		const cache = { ttl: '1h' };
		const { messages, system } = encode({
			messages: [
				{ ...textMessage('system', ''), parts: [{ type: 'text', text: 's', cache }] },
				{
					...textMessage('user', ''),
					parts: [
						{ type: 'image', base64: PNG, mediaType: undefined, cache },
						{ type: 'image_url', url: 'https://x/y.png' },
						{ type: 'file', base64: 'JVBERi0=', mediaType: 'application/pdf', name: 'a.pdf' },
						{ type: 'file', base64: Buffer.from('é').toString('base64'), mediaType: 'text/csv', name: undefined },
					],
				},
			],
		}) as { messages: Json[]; system: unknown };
		expect(system).toEqual([{ type: 'text', text: 's', cache_control: { type: 'ephemeral', ttl: '1h' } }]);
		expect(messages[0]?.content).toEqual([
			{
				type: 'image',
				source: { type: 'base64', media_type: 'image/png', data: PNG },
				cache_control: { type: 'ephemeral', ttl: '1h' },
			},
			{ type: 'image', source: { type: 'url', url: 'https://x/y.png' } },
			{
				type: 'document',
				source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
				title: 'a.pdf',
			},
			{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'é' } },
		]);
	});

	it.each([
		{ type: 'audio', base64: '', format: 'wav' } as const,
		{ type: 'image', base64: '', mediaType: 'image/tiff' } as const,
		{ type: 'file', base64: '', mediaType: 'application/zip', name: undefined } as const,
	])('refuses $type $mediaType by name', (part) => {
		expect(() => encode({ messages: [{ ...textMessage('user', 'x'), parts: [part] }] })).toThrow(
			expect.objectContaining({ code: 'unsupported_parameter', param: 'messages' }),
		);
	});
});

describe('tools', () => {
	it.each([
		[undefined, undefined, undefined],
		['auto', undefined, { type: 'auto' }],
		[undefined, false, { type: 'auto', disable_parallel_tool_use: true }],
		['required', false, { type: 'any', disable_parallel_tool_use: true }],
		['required', true, { type: 'any' }],
		['none', false, { type: 'none' }],
		[{ name: 'f' }, undefined, { type: 'tool', name: 'f' }],
	] as const)('choice %j, parallel %j', (toolChoice, parallelTools, expected) => {
		const body = encode({ tools: [tool], toolChoice, parallelTools });
		expect(body.tool_choice).toEqual(expected);
		expect(body.tools).toEqual([{ name: 'f', description: 'd', input_schema: { type: 'object', properties: {} } }]);
	});
	it('a choice needs tools', () => {
		expect(encode({ toolChoice: 'auto' }).tool_choice).toBeUndefined();
		expect(() => encode({ toolChoice: 'required' })).toThrow(expect.objectContaining({ param: 'tool_choice' }));
	});
});

describe('wishes', () => {
	it('the cap is required there, the format is a schema of closed objects or an instruction', () => {
		expect(encode({})).toMatchObject({ max_tokens: 4_096 });
		expect(encode({ maxTokens: 7, stop: ['x'], userId: 'me@example.test' })).toMatchObject({
			max_tokens: 7,
			stop_sequences: ['x'],
			metadata: { user_id: expect.stringMatching(/^[0-9a-f]{64}$/) },
		});
		const schema = { type: 'object', properties: { a: { type: 'array', items: { type: 'object', properties: {} } } } };
		expect(encode({ format: { type: 'schema', schema, name: 'n' } }).output_config).toEqual({
			format: {
				type: 'json_schema',
				schema: {
					additionalProperties: false,
					type: 'object',
					properties: { a: { type: 'array', items: { additionalProperties: false, type: 'object', properties: {} } } },
				},
			},
		});
		expect(encode({ format: { type: 'json' } }).system).toMatch(/one JSON object/);
	});

	it.each([
		[{ minP: 0.1 }, 'min_p'],
		[{ seed: 0 }, 'seed'],
		[{ frequencyPenalty: 1 }, 'frequency_penalty'],
		[{ presencePenalty: 1 }, 'presence_penalty'],
		[{ logprobs: 0 }, 'logprobs'],
		[{ logitBias: { 1: 1 } }, 'logit_bias'],
		[{ temperature: 1.5 }, 'temperature'],
	] as const)('%j is refused by name, or dropped where that is allowed', (wishes, param) => {
		expect(() => encode(wishes)).toThrow(expect.objectContaining({ code: 'unsupported_parameter', param }));
		const lost = new Untranslatable(true);
		const body = encode(wishes, { lost });
		expect(lost.names).toEqual([param]);
		expect(body.temperature ?? 1).toBe(1);
	});

	it('takes what changes nothing', () => {
		expect(encode({ frequencyPenalty: 0, presencePenalty: 0, logitBias: {}, temperature: 1 })).toMatchObject({
			temperature: 1,
		});
	});

	it('has no sampling in the later API version', () => {
		const lost = new Untranslatable(true);
		const body = encode({ temperature: 1, topP: 0.5, topK: 3 }, { version: '2026-10-21', lost });
		expect([body.temperature, body.top_p, body.top_k]).toEqual([undefined, undefined, undefined]);
		expect(lost.names).toEqual(['temperature', 'top_p', 'top_k']);
	});
});

describe('thinking', () => {
	const adaptive = { type: 'adaptive' };
	it.each([
		['claude-opus-4-6', 'high', '2023-06-01', adaptive, { effort: 'high' }],
		['claude-next-5', 'minimal', '2023-06-01', adaptive, { effort: 'low' }],
		['claude-next-5', true, '2023-06-01', adaptive, undefined],
		['claude-sonnet-4-5-20250929', 'low', '2026-10-21', adaptive, { effort: 'low' }],
		['claude-sonnet-4-5-20250929', 'low', '2023-06-01', { type: 'enabled', budget_tokens: 2_048 }, undefined],
		['claude-3-7-sonnet-latest', true, '2023-06-01', { type: 'enabled', budget_tokens: 8_192 }, undefined],
		['some-other', 'max', '2023-06-01', { type: 'enabled', budget_tokens: 32_768 }, undefined],
		['claude-next-5', false, '2023-06-01', { type: 'disabled' }, undefined],
	] as const)('%s, %s, %s', (model, reasoning, version, thinking, config) => {
		const body = encode({ model, reasoning }, { version });
		expect([body.thinking, body.output_config]).toEqual([thinking, config]);
		const budget = (thinking as { budget_tokens?: number }).budget_tokens ?? 0;
		expect(body.max_tokens).toBe(4_096 + budget);
	});

	it('keeps the budget inside the cap, and names what does not go with thinking', () => {
		const model = 'claude-sonnet-4-5';
		expect(encode({ model, reasoning: true, reasoningBudget: 5_000, maxTokens: 3_000 })).toMatchObject({
			max_tokens: 3_000,
			thinking: { type: 'enabled', budget_tokens: 2_999 },
		});
		expect(() => encode({ model, reasoning: 'low', maxTokens: 1_000 })).toThrow(/reasoning_effort needs an output cap/);
		expect(() => encode({ model, reasoning: 'low', temperature: 0.2 })).toThrow(/temperature cannot be set/);
		expect(encode({ model, reasoning: 'low', temperature: 1 }).temperature).toBeUndefined();
		expect(() => encode({ model, reasoning: 'low', tools: [tool], toolChoice: 'required' })).toThrow(
			/reasoning_effort cannot be combined/,
		);
	});
});
