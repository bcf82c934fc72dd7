import { describe, expect, it } from '@jest/globals';
import { type ChatRequest, textMessage, Untranslatable } from '#libs/providers';
import { scanJson } from '../../json/scan-json.js';
import { anthropicMessages } from './anthropic.dialect.js';
import { readAnthropicMessages } from './read.js';

const read = (body: object, lost = new Untranslatable(false)): ChatRequest =>
	readAnthropicMessages(scanJson(Buffer.from(JSON.stringify({ messages: [], max_tokens: 9, ...body }))), 'up', lost);
const user = (...content: object[]) => ({ messages: [{ role: 'user', content }] });
const partsOf = (...content: object[]) => read(user(...content)).messages[0]?.parts;

describe('blocks', () => {
	it('texts, images, documents, search results, cache hints', () => {
		expect(
			partsOf(
				{ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } },
				{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } },
				{ type: 'image', source: { type: 'url', url: 'https://x/y' } },
				{ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'BB' }, title: 'T' },
				{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'c' }, title: 'T', context: 'C' },
				{ type: 'document', source: { type: 'content', content: 'd' } },
				{ type: 'document', title: 'T', source: { type: 'content', content: [{ type: 'text', text: 'e' }] } },
				{ type: 'search_result', title: 'T', source: 'S', content: [{ type: 'text', text: 'f' }] },
			),
		).toEqual([
			{ type: 'text', text: 'a', cache: { ttl: '1h' } },
			{ type: 'image', base64: 'AA', mediaType: 'image/png' },
			{ type: 'image_url', url: 'https://x/y' },
			{ type: 'file', base64: 'BB', mediaType: 'application/pdf', name: 'T' },
			{ type: 'text', text: 'T\nC\nc' },
			{ type: 'text', text: 'd' },
			{ type: 'text', text: 'T' },
			{ type: 'text', text: 'e' },
			{ type: 'text', text: 'T\nS\nf' },
		]);
	});

	it('thinking, calls and results, each result a message before the rest of its turn', () => {
		const { messages } = read({
			system: [{ type: 'text', text: 's' }],
			messages: [
				{ role: 'user', content: 'q' },
				{
					role: 'assistant',
					content: [
						{ type: 'thinking', thinking: 'hm', signature: 'sig' },
						{ type: 'redacted_thinking', data: 'r' },
						{ type: 'text', text: 'a' },
						{ type: 'tool_use', id: 't1', name: 'f', input: { b: 1, a: 2 } },
						{ type: 'tool_use', id: 't2', name: 'g', input: {} },
					],
				},
				{
					role: 'user',
					content: [
						{ type: 'tool_result', tool_use_id: 't1', content: 'one', is_error: true },
						{
							type: 'tool_result',
							tool_use_id: 't2',
							content: [
								{ type: 'text', text: 'two' },
								{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } },
							],
						},
						{ type: 'text', text: 'go on' },
					],
				},
				{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 't3' }] },
				{ role: 'system', content: 'later' },
			],
		});
		const result = (toolCallId: string, text: string, isError = false) => ({
			...textMessage('tool', text),
			toolCallId,
			isError,
		});
		expect(messages).toEqual([
			textMessage('system', 's'),
			textMessage('user', 'q'),
			{
				...textMessage('assistant', 'a'),
				reasoning: [
					{ text: 'hm', vendor: 'anthropic', signature: 'sig', redacted: undefined },
					{ text: '', vendor: 'anthropic', signature: undefined, redacted: 'r' },
				],
				toolCalls: [
					{ id: 't1', name: 'f', arguments: '{"b":1,"a":2}' },
					{ id: 't2', name: 'g', arguments: '{}' },
				],
			},
			result('t1', 'one', true),
			result('t2', 'two'),
			{
				...textMessage('user', ''),
				parts: [
					{ type: 'image', base64: 'AA', mediaType: 'image/png' },
					{ type: 'text', text: 'go on' },
				],
			},
			result('t3', ''),
			textMessage('system', 'later'),
		]);
	});

	it.each([
		[{ type: 'server_tool_use', id: 'x' }, 'messages.0.content.0.type'],
		[{ type: 'web_search_tool_result' }, 'messages.0.content.0.type'],
		[{ type: 'image', source: { type: 'file', file_id: 'f' } }, 'messages.0.content.0.source'],
		[{ type: 'document', source: { type: 'url', url: 'https://x' } }, 'messages.0.content.0.source'],
		[
			{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'tool_reference' }] },
			'messages.0.content.0.content.0.type',
		],
	])('%j is refused by name', (block, param) => {
		expect(() => read(user(block))).toThrow(expect.objectContaining({ code: 'unsupported_parameter', param }));
		const lost = new Untranslatable(true);
		read(user(block), lost);
		expect(lost.names).toEqual([param]);
	});
});

describe('wishes', () => {
	it('caps, sampling, stops, user, stream', () => {
		expect(
			read({
				stream: true,
				temperature: 0.5,
				top_p: 0.9,
				top_k: 4,
				stop_sequences: ['x'],
				metadata: { user_id: 'u' },
			}),
		).toMatchObject({
			model: 'up',
			isStreamed: true,
			maxTokens: 9,
			temperature: 0.5,
			topP: 0.9,
			topK: 4,
			stop: ['x'],
			userId: 'u',
			n: 1,
		});
	});

	it.each([
		[{ type: 'auto' }, 'auto', undefined],
		[{ type: 'any', disable_parallel_tool_use: true }, 'required', false],
		[{ type: 'none' }, 'none', undefined],
		[{ type: 'tool', name: 'f', disable_parallel_tool_use: false }, { name: 'f' }, undefined],
	])('tool_choice %j', (tool_choice, toolChoice, parallelTools) => {
		const tools = [{ name: 'f', description: 'd', input_schema: { type: 'object' }, strict: true }];
		expect(read({ tools, tool_choice })).toMatchObject({
			tools: [{ name: 'f', description: 'd', parameters: { type: 'object' }, strict: true }],
			toolChoice,
			parallelTools,
		});
	});

	const schema = { type: 'object' };
	it.each([
		[
			{ output_config: { format: { type: 'json_schema', schema } } },
			{ format: { type: 'schema', schema, name: undefined } },
		],
		[{ output_format: { type: 'json_schema', schema } }, { format: { type: 'schema', schema, name: undefined } }],
		[{ output_config: { effort: 'xhigh' } }, { reasoning: 'max' }],
		[{ thinking: { type: 'enabled', budget_tokens: 2_000 } }, { reasoning: true, reasoningBudget: 2_000 }],
		[{ thinking: { type: 'adaptive' }, output_config: { effort: 'low' } }, { reasoning: 'low' }],
		[{ thinking: { type: 'between_tools' } }, { reasoning: true }],
		[{ thinking: { type: 'disabled' }, output_config: { effort: 'low' } }, { reasoning: false }],
		[{}, { reasoning: undefined, format: undefined }],
		[{ cache_control: { type: 'ephemeral' }, context_management: {}, service_tier: 'auto', speed: 'fast' }, {}],
	])('%j', (body, expected) => {
		expect(read(body)).toMatchObject(expected);
	});

	it.each([
		[{ tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'unsupported_parameter', 'tools.0.type'],
		[{ container: 'c' }, 'unsupported_parameter', 'container'],
		[{ mcp_servers: [] }, 'unsupported_parameter', 'mcp_servers'],
		[{ inference_geo: 'us' }, 'unsupported_parameter', 'inference_geo'],
		[{ max_tokens: 0 }, 'unsupported_parameter', 'max_tokens'],
		[{ messages: [{ role: 'tool', content: 'x' }] }, 'invalid_field', 'messages.0.role'],
		[{ tools: [{ input_schema: {} }] }, 'invalid_field', 'tools.0.name'],
		[{ tool_choice: { type: 'tool' } }, 'invalid_field', 'tool_choice.name'],
		[{ tool_choice: { type: 'some' } }, 'invalid_field', 'tool_choice.type'],
		[{ thinking: { type: 'some' } }, 'invalid_field', 'thinking.type'],
		[{ output_config: { effort: 'some' } }, 'invalid_field', 'output_config.effort'],
		[{ stop_sequences: [1] }, 'invalid_field', 'stop_sequences'],
		[{ temperature: 'hot' }, 'invalid_field', 'temperature'],
	])('%j is %s of %s', (body, code, param) => {
		expect(() => read(body)).toThrow(expect.objectContaining({ fault: 'invalid', code, param }));
	});
});

describe('what every upstream needs', () => {
	const check = (body: object, headers = {}): void =>
		anthropicMessages.check(scanJson(Buffer.from(JSON.stringify({ messages: [], ...body }))), headers);
	it('is a cap, and no sampling in the later API version', () => {
		for (const max_tokens of [0, 1]) expect(() => check({ max_tokens, temperature: 1 })).not.toThrow();
		for (const max_tokens of [undefined, null, -1, 1.5, '9'])
			expect(() => check({ max_tokens })).toThrow(expect.objectContaining({ param: 'max_tokens' }));
		const later = { 'anthropic-version': '2026-10-21' };
		for (const param of ['temperature', 'top_p', 'top_k'])
			expect(() => check({ max_tokens: 1, [param]: 1 }, later)).toThrow(expect.objectContaining({ param }));
		expect(() => check({ max_tokens: 1, temperature: null }, later)).not.toThrow();
		expect(() => check({ max_tokens: 1, temperature: 1 }, { 'anthropic-version': '2023-06-01' })).not.toThrow();
	});
});
