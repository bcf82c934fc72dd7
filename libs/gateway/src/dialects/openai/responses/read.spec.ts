import { describe, expect, it } from '@jest/globals';
import { type ChatRequest, Untranslatable } from '#libs/providers';
import { scanJson } from '../../../json/scan-json.js';
import { readResponse } from './read.js';
import { wrappedReasoning } from './reasoning-wrap.js';
import { openAiResponses } from './responses.dialect.js';

const strict = new Untranslatable(false);
const read = (body: object, lost = strict): ChatRequest =>
	readResponse(scanJson(Buffer.from(JSON.stringify({ model: 'm', ...body }))), 'up', lost);
const check = (body: object): void =>
	openAiResponses.check(scanJson(Buffer.from(JSON.stringify({ model: 'm', input: 'x', ...body }))), {});
const message = (role: string, text: string, more: object = {}) =>
	expect.objectContaining({ role, parts: text === '' ? [] : [{ type: 'text', text }], ...more });

describe('the request of a response', () => {
	it('is a text, or items of which one turn of the model is one message', () => {
		expect(read({ input: 'hi', instructions: 'be brief' }).messages).toEqual([
			message('system', 'be brief'),
			message('user', 'hi'),
		]);
		const { messages } = read({
			input: [
				{ role: 'developer', content: 'd' },
				{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'u' }] },
				{
					type: 'reasoning',
					id: 'rs_1',
					summary: [{ type: 'summary_text', text: 'thought' }],
					encrypted_content: 'gA',
				},
				{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'a', annotations: [] }] },
				{ type: 'function_call', call_id: 'c1', name: 'f', arguments: '{"x":1}' },
				{ type: 'function_call', call_id: 'c2', name: 'g', arguments: '{}' },
				{ type: 'function_call_output', call_id: 'c1', output: 'r1' },
				{ type: 'function_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'r2' }] },
			],
		});
		expect(messages).toEqual([
			message('system', 'd'),
			message('user', 'u'),
			message('assistant', 'a', {
				reasoning: [{ text: 'thought', vendor: 'openai', signature: undefined, redacted: 'gA' }],
				toolCalls: [
					{ id: 'c1', name: 'f', arguments: '{"x":1}' },
					{ id: 'c2', name: 'g', arguments: '{}' },
				],
			}),
			message('tool', 'r1', { toolCallId: 'c1' }),
			message('tool', 'r2', { toolCallId: 'c2' }),
		]);
	});

	it('holds images, files and audio', () => {
		const content = [
			{ type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'low' },
			{ type: 'input_image', image_url: 'https://x.test/a.png' },
			{ type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,BBBB' },
			{ type: 'input_audio', input_audio: { data: 'CCCC', format: 'mp3' } },
		];
		expect(read({ input: [{ role: 'user', content }] }).messages[0]?.parts).toEqual([
			{ type: 'image', base64: 'AAAA', mediaType: 'image/png', detail: 'low' },
			{ type: 'image_url', url: 'https://x.test/a.png' },
			{ type: 'file', base64: 'BBBB', mediaType: 'application/pdf', name: 'a.pdf' },
			{ type: 'audio', base64: 'CCCC', format: 'mp3' },
		]);
	});

	it('holds all wishes', () => {
		expect(
			read({
				input: 'x',
				stream: true,
				max_output_tokens: 7,
				temperature: 0.1,
				top_p: 0.2,
				top_logprobs: 3,
				parallel_tool_calls: false,
				prompt_cache_key: 'k',
				safety_identifier: 'u',
				reasoning: { effort: 'xhigh', summary: 'auto' },
				text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true } },
				tools: [
					{ type: 'function', name: 'f', description: 'd', parameters: {}, strict: true },
					{ type: 'function', name: 'g', parameters: {} },
				],
				tool_choice: { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }] },
			}),
		).toMatchObject({
			model: 'up',
			isStreamed: true,
			maxTokens: 7,
			temperature: 0.1,
			topP: 0.2,
			logprobs: 3,
			parallelTools: false,
			cacheKey: 'k',
			userId: 'u',
			reasoning: 'max',
			format: { type: 'schema', name: 'n', schema: { type: 'object' }, strict: true },
			tools: [{ name: 'f', description: 'd', parameters: {}, strict: true }],
			toolChoice: 'required',
		});
		expect(read({ input: 'x', tool_choice: { type: 'function', name: 'f' } }).toolChoice).toEqual({ name: 'f' });
		expect(read({ input: 'x', include: ['message.output_text.logprobs'] }).logprobs).toBe(0);
		expect(read({ input: 'x', text: null, reasoning: null, tools: null, include: null }).format).toBeUndefined();
	});

	it.each([
		[{ input: [{ type: 'web_search_call' }] }, 'input'],
		[{ input: 'x', tools: [{ type: 'web_search' }] }, 'tools'],
		[{ input: 'x', tools: [{ type: 'custom', name: 'c' }] }, 'tools'],
		[{ input: 'x', tool_choice: { type: 'custom', name: 'c' } }, 'tool_choice'],
		[{ input: 'x', truncation: 'auto' }, 'truncation'],
		[{ input: 'x', text: { verbosity: 'low' } }, 'text.verbosity'],
		[{ input: 'x', moderation: {} }, 'moderation'],
	])('%j is refused by name, or named as left out', (body, param) => {
		expect(() => read(body)).toThrow(expect.objectContaining({ code: 'unsupported_parameter', param }));
		const lost = new Untranslatable(true);
		read(body, lost);
		expect(lost.names).toEqual([param]);
	});

	it.each([
		[{ input: 1 }, 'input'],
		[{ input: [1] }, 'input.0'],
		[{ input: [{ role: 'boss', content: '' }] }, 'input.0.role'],
		[{ input: [{ type: 'function_call', name: 'f' }] }, 'input.0.call_id'],
		[
			{ input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'ftp://x' }] }] },
			'input.0.content.0.image_url',
		],
		[{ input: [{ role: 'user', content: [{ type: 'input_file', file_url: 'x' }] }] }, 'input.0.content.0.file_data'],
		[{ input: 'x', reasoning: { effort: 'huge' } }, 'reasoning.effort'],
		[{ input: 'x', temperature: 'hot' }, 'temperature'],
		[{ input: 'x', text: { format: { type: 'xml' } } }, 'text.format.type'],
	])('%j is refused', (body, param) => {
		expect(() => read(body)).toThrow(expect.objectContaining({ fault: 'invalid', param }));
	});
});

describe('what lies at an upstream', () => {
	it.each([
		[{ previous_response_id: 'resp_1' }, 'previous_response_id'],
		[{ conversation: { id: 'c' } }, 'conversation'],
		[{ background: true }, 'background'],
		[{ prompt: { id: 'p' } }, 'prompt'],
		[{ input: [{ type: 'item_reference', id: 'i' }] }, 'input.0.type'],
		[{ input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'f' }] }] }, 'input.0.content.0.file_id'],
		[{ input: [{ type: 'function_call_output', output: [{ file_id: 'f' }] }] }, 'input.0.output.0.file_id'],
		[{ tools: [{ type: 'file_search', vector_store_ids: ['v'] }] }, 'tools.0.type'],
		[{ tools: [{ type: 'code_interpreter', container: 'c' }] }, 'tools.0.container'],
		[{ tools: [{ type: 'code_interpreter', container: { type: 'auto', file_ids: ['f'] } }] }, 'tools.0.container'],
	])('%j is refused, whatever the upstream', (body, param) => {
		expect(() => check(body)).toThrow(expect.objectContaining({ code: 'unsupported_parameter', param }));
	});

	it('does not stop requests that only say no to it', () => {
		check({ previous_response_id: null, conversation: null, background: false, prompt: null });
		check({ tools: [{ type: 'code_interpreter', container: { type: 'auto' } }, { type: 'web_search' }] });
		expect(() => check({ input: null })).toThrow('input must be');
	});

	it('is never added to: store is false in what is sent', () => {
		const sent = (body: string): string => {
			const [edit] = openAiResponses.native.edits(scanJson(Buffer.from(body)));
			return edit === undefined ? body : body.slice(0, edit.start) + edit.bytes + body.slice(edit.end);
		};
		expect(sent('{"model":"m","input":"x"}')).toBe('{"model":"m","store":false,"input":"x"}');
		expect(sent('{"store": true ,"model":"m"}')).toBe('{"store":false ,"model":"m"}');
		expect(sent('{"store":null,"model":"m"}')).toBe('{"store":false,"model":"m"}');
		expect(sent('{"store":false,"model":"m"}')).toBe('{"store":false,"model":"m"}');
	});
});

describe('thinking that is sent back', () => {
	it("returns Anthropic's signatures as they came, and takes everything else for OpenAI's", () => {
		const back = (encrypted_content: unknown) =>
			read({ input: [{ type: 'reasoning', summary: [], content: [{ text: 't' }], encrypted_content }] }).messages[0]
				?.reasoning;
		const wrapped = wrappedReasoning({
			type: 'reasoning_end',
			vendor: 'anthropic',
			signature: 'sig+/=',
			redacted: undefined,
		});
		expect(back(wrapped)).toEqual([{ text: 't', vendor: 'anthropic', signature: 'sig+/=', redacted: undefined }]);
		expect(back('parallama.anthropic.bm8')).toMatchObject([{ vendor: 'openai', redacted: 'parallama.anthropic.bm8' }]);
		expect(back(null)).toEqual([{ text: 't', vendor: undefined, signature: undefined, redacted: undefined }]);
	});
});
