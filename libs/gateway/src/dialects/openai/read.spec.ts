import { describe, expect, it } from '@jest/globals';
import { type ChatRequest, Untranslatable } from '#libs/providers';
import { scanJson } from '../../json/scan-json.js';
import { openAiChat } from './openai.dialect.js';
import { readOpenAiChat, readOpenAiEmbeddings } from './read.js';

const strict = new Untranslatable(false);
const scan = (body: object) => scanJson(Buffer.from(JSON.stringify({ model: 'm', messages: [], ...body })));
const read = (body: object, lost = strict): ChatRequest => readOpenAiChat(scan(body), 'up', lost);
const tool = (name: string) => ({ type: 'function', function: { name, parameters: {} } });

describe('the request of a chat', () => {
	it('holds all wishes', () => {
		const wishes = {
			max_completion_tokens: 7,
			max_tokens: 9,
			n: 3,
			logprobs: true,
			top_logprobs: 2,
			logit_bias: { 50256: -100 },
			stop: ['a', 'b'],
			parallel_tool_calls: false,
			reasoning_effort: 'minimal',
			safety_identifier: 'u',
			response_format: { type: 'json_schema', json_schema: { name: 'n', schema: {}, strict: true, description: 'd' } },
		};
		expect(read(wishes)).toMatchObject({
			maxTokens: 7,
			n: 3,
			logprobs: 2,
			logitBias: { 50256: -100 },
			stop: ['a', 'b'],
			parallelTools: false,
			reasoning: 'minimal',
			userId: 'u',
			format: { type: 'schema', name: 'n', schema: {}, strict: true, description: 'd' },
		});
		const nothing = { n: null, stop: null, logit_bias: {}, tools: null, response_format: { type: 'text' } };
		expect(read(nothing)).toMatchObject({ n: 1, stop: [], logitBias: undefined, tools: [], format: undefined });
	});

	it.each([
		['auto', 'auto', ['f', 'g']],
		['none', 'none', ['f', 'g']],
		['required', 'required', ['f', 'g']],
		[{ type: 'function', function: { name: 'g' } }, { name: 'g' }, ['f', 'g']],
		[{ type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [tool('g')] } }, 'auto', ['g']],
		[{ type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [tool('f')] } }, 'required', ['f']],
	])('takes the tool choice %j', (choice, expected, names) => {
		const { toolChoice, tools } = read({ tools: [tool('f'), tool('g')], tool_choice: choice });
		expect([toolChoice, tools.map(({ name }) => name)]).toEqual([expected, names]);
	});

	it('keeps the parts of messages, and what an assistant said beside its text', () => {
		const { messages } = read({
			messages: [
				{
					role: 'user',
					content: [
						{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: 'high' } },
						{ type: 'image_url', image_url: { url: 'http://x.test/a' } },
						{ type: 'file', file: { file_data: 'data:application/pdf;base64,BB', filename: 'f' } },
						{ type: 'input_audio', input_audio: { data: 'CC', format: 'wav' } },
					],
				},
				{ role: 'assistant', content: null, refusal: 'no', reasoning_content: 'hm' },
			],
		});
		expect(messages[0]?.parts).toEqual([
			{ type: 'image', base64: 'AA', mediaType: 'image/png', detail: 'high' },
			{ type: 'image_url', url: 'http://x.test/a' },
			{ type: 'file', base64: 'BB', mediaType: 'application/pdf', name: 'f' },
			{ type: 'audio', base64: 'CC', format: 'wav' },
		]);
		expect(messages[1]).toMatchObject({ parts: [{ type: 'text', text: 'no' }], reasoning: [{ text: 'hm' }] });
	});

	it.each([
		[{ tools: [{ type: 'custom', custom: { name: 'c' } }] }, 'tools'],
		[{ tool_choice: { type: 'custom', custom: { name: 'c' } } }, 'tool_choice'],
		[{ messages: [{ role: 'assistant', tool_calls: [{ id: 'c', type: 'custom' }] }] }, 'messages'],
		[{ messages: [{ role: 'assistant', audio: { id: 'a' } }] }, 'messages'],
		[{ functions: [] }, 'functions'],
		[{ modalities: ['text', 'audio'] }, 'modalities'],
		[{ audio: {} }, 'audio'],
		[{ prediction: {} }, 'prediction'],
		[{ web_search_options: {} }, 'web_search_options'],
		[{ verbosity: 'low' }, 'verbosity'],
	])('%j is refused by name, or named as left out', (body, param) => {
		expect(() => read(body)).toThrow(expect.objectContaining({ code: 'unsupported_parameter', param }));
		const lost = new Untranslatable(true);
		read(body, lost);
		expect(lost.names).toEqual([param]);
	});

	it.each([
		[{ n: 17 }, 'n'],
		[{ n: 1.5 }, 'n'],
		[{ stop: ['a', 1] }, 'stop.1'],
		[{ logit_bias: [1] }, 'logit_bias'],
		[{ logit_bias: { 1: 'x' } }, 'logit_bias'],
		[{ reasoning_effort: 'huge' }, 'reasoning_effort'],
		[{ response_format: { type: 'xml' } }, 'response_format.type'],
		[{ messages: [{ role: 'tool', content: 'x' }] }, 'messages.0.tool_call_id'],
		[{ tools: [{ type: 'function', function: {} }] }, 'tools.0.name'],
		[{ messages: [{ role: 'user', content: [{ type: 'file', file: {} }] }] }, 'messages.0.content.0.file_data'],
	])('%j is refused', (body, param) => {
		expect(() => read(body)).toThrow(expect.objectContaining({ fault: 'invalid', param }));
	});

	it('cannot name a file that lies at an upstream', () => {
		const check = (file: object) =>
			openAiChat.check(scan({ messages: [{ role: 'user', content: [{ type: 'text' }, { type: 'file', file }] }] }), {});
		check({ file_data: 'x', file_id: null });
		expect(() => check({ file_id: 'file-1' })).toThrow(
			expect.objectContaining({ code: 'unsupported_parameter', param: 'messages.0.content.1.file.file_id' }),
		);
	});

	it('asks for the usage of a stream without losing other wishes for it', () => {
		const sent = (body: object): unknown => {
			const text = JSON.stringify({ model: 'm', ...body });
			const [edit] = openAiChat.native.edits(scanJson(Buffer.from(text)));
			return edit === undefined ? body : JSON.parse(text.slice(0, edit.start) + edit.bytes + text.slice(edit.end));
		};
		const options = { include_usage: true };
		expect(sent({ stream: true })).toMatchObject({ stream_options: options });
		expect(sent({ stream: true, stream_options: null })).toMatchObject({ stream_options: options });
		expect(sent({ stream: true, stream_options: { include_obfuscation: false } })).toMatchObject({
			stream_options: { ...options, include_obfuscation: false },
		});
		expect(sent({ stream: false })).toEqual({ stream: false });
		expect(sent({ stream: true, stream_options: options })).toEqual({ stream: true, stream_options: options });
	});
});

describe('the request of embeddings', () => {
	const readAll = (body: object) => readOpenAiEmbeddings(scan(body), 'up');

	it('is one text or several, with dimensions', () => {
		expect(readAll({ input: 'a', dimensions: 4 })).toEqual({ model: 'up', input: ['a'], dimensions: 4 });
		expect(readAll({ input: ['a', 'b'], encoding_format: 'base64' }).input).toEqual(['a', 'b']);
	});

	it.each([
		[{ input: [] }, 'invalid_field', 'input'],
		[{ input: [1, 2] }, 'unsupported_parameter', 'input'],
		[{ input: [[1], [2]] }, 'unsupported_parameter', 'input'],
		[{ input: 'a', encoding_format: 'hex' }, 'invalid_field', 'encoding_format'],
	])('%j is refused', (body, code, param) => {
		expect(() => readAll(body)).toThrow(expect.objectContaining({ code, param }));
	});
});
