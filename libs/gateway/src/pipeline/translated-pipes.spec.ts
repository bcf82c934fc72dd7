import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
	type ChatEvent,
	type ChatRequest,
	NO_WISHES,
	OllamaAdapter,
	OpenAiAdapter,
	type ProviderAdapter,
	Untranslatable,
} from '#libs/providers';
import type { AnswerContext, ClientOperation } from '../dialects/client-operation.js';
import { ollamaChat } from '../dialects/ollama/ollama.dialect.js';
import { openAiChat } from '../dialects/openai/openai.dialect.js';
import { scanJson } from '../json/scan-json.js';
import { TranslatedChat } from './translated-pipes.js';

const openai = new OpenAiAdapter();
const ollama = new OllamaAdapter();
const context = (isStreamed: boolean): AnswerContext => ({
	requestId: '0190-r',
	alias: 'alias',
	isStreamed,
	wantsUsage: true,
	inputTokens: 9,
	scanned: scanJson(Buffer.from('{}')),
});
const wishes = (isStreamed: boolean): ChatRequest => ({ ...NO_WISHES, model: 'm', isStreamed, messages: [] });
const strict = new Untranslatable(false);

function pipeOf(adapter: ProviderAdapter, { translation }: ClientOperation): TranslatedChat {
	if (translation?.kind !== 'chat') throw new Error('not a chat');
	return new TranslatedChat(adapter, wishes(true), translation.renderer(context(true)));
}
function readOpenAi(body: object): ChatRequest {
	if (openAiChat.translation?.kind !== 'chat') throw new Error('not a chat');
	return openAiChat.translation.read(scanJson(Buffer.from(JSON.stringify(body))), 'llama', strict);
}

function translate(pipe: TranslatedChat, bytes: Buffer, cuts: readonly number[]): string {
	const at = [0, ...cuts.filter((cut) => cut > 0 && cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
	let out = '';
	for (const [index, start] of at.slice(0, -1).entries()) out += pipe.feed(bytes.subarray(start, at[index + 1])) ?? '';
	const { last, isWhole } = pipe.end();
	expect(isWhole).toBe(true);
	return out + String(last ?? '');
}
interface Frame {
	readonly created: number;
	readonly choices: readonly { delta: object; finish_reason: string | null }[];
	readonly usage?: object;
}
const frames = (sse: string): Frame[] =>
	sse
		.split('\n\n')
		.filter((frame) => frame.startsWith('data: {'))
		.map((frame) => JSON.parse(frame.slice(6)));

const ollamaLines = Buffer.from(
	[
		{ model: 'llama', message: { role: 'assistant', content: '', thinking: 'hm' }, done: false },
		{ model: 'llama', message: { role: 'assistant', content: 'é😀' }, done: false },
		{
			model: 'llama',
			message: {
				role: 'assistant',
				content: '',
				tool_calls: [{ function: { name: 'f', arguments: { b: 1, a: 'x' } } }],
			},
			done: false,
		},
		{
			model: 'llama',
			message: { role: 'assistant', content: '' },
			done: true,
			done_reason: 'stop',
			prompt_eval_count: 5,
			eval_count: 2,
		},
	]
		.map((line) => `${JSON.stringify(line)}\n`)
		.join(''),
);

describe('Ollama upstream, OpenAI client', () => {
	it('streams role, reasoning, text, tool call, finish and usage, however the bytes are cut', () => {
		const whole = frames(translate(pipeOf(ollama, openAiChat), ollamaLines, []));
		expect(whole.map(({ choices, usage }) => choices[0]?.delta ?? usage)).toEqual([
			{ role: 'assistant', content: '' },
			{ reasoning_content: 'hm' },
			{ content: 'é😀' },
			{ tool_calls: [{ index: 0, id: 'call_0', type: 'function', function: { name: 'f', arguments: '' } }] },
			{ tool_calls: [{ index: 0, function: { arguments: '{"b":1,"a":"x"}' } }] },
			{},
			expect.objectContaining({ prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 }),
		]);
		expect(whole[5]?.choices[0]?.finish_reason).toBe('tool_calls');
		fc.assert(
			fc.property(fc.array(fc.nat(ollamaLines.length)), (cuts) => {
				const again = frames(translate(pipeOf(ollama, openAiChat), ollamaLines, cuts));
				expect(again.map(({ created: _, ...frame }) => frame)).toEqual(whole.map(({ created: _, ...frame }) => frame));
			}),
			{ numRuns: 50 },
		);
	});
});

describe('OpenAI upstream, Ollama client', () => {
	const chunk = (choice: object, usage?: object): string =>
		`data: ${JSON.stringify({ model: 'gpt', choices: [choice], usage })}\n\n`;
	const stream = Buffer.from(
		`${chunk({ delta: { role: 'assistant', content: '' } })}${chunk({ delta: { content: 'a\u2028b' } })}${chunk({ delta: { tool_calls: [{ index: 0, id: 'c1', function: { name: 'f', arguments: '{"x"' } }] } })}${chunk({ delta: { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] } })}${chunk({ delta: {}, finish_reason: 'tool_calls' })}data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } })}\n\ndata: [DONE]\n\n`,
	);
	it('gives lines that end with done, tool arguments as an object', () => {
		const lines = translate(pipeOf(openai, ollamaChat), stream, [7, 80, 200])
			.trimEnd()
			.split('\n')
			.map((line) => JSON.parse(line));
		expect(
			lines.map(({ message, done }) => [message.content, message.tool_calls?.[0]?.function.arguments, done]),
		).toEqual([
			['a\u2028b', undefined, false],
			['', { x: 1 }, false],
			['', undefined, true],
		]);
		expect(lines.at(-1)).toMatchObject({ model: 'gpt', done_reason: 'stop', prompt_eval_count: 3, eval_count: 4 });
	});
});

describe('requests', () => {
	it('an OpenAI chat becomes an Ollama chat', () => {
		const request = readOpenAi({
			model: 'x',
			max_completion_tokens: 9,
			messages: [
				{ role: 'developer', content: 's' },
				{
					role: 'user',
					content: [
						{ type: 'text', text: 't' },
						{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
					],
				},
				{
					role: 'assistant',
					content: null,
					tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
				},
				{ role: 'tool', tool_call_id: 'c', content: 'r' },
			],
			response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } },
		});
		expect(JSON.parse(ollama.encodeChat(request, strict).toString())).toEqual({
			model: 'llama',
			stream: false,
			format: { type: 'object' },
			options: { num_predict: 9 },
			messages: [
				{ role: 'system', content: 's' },
				{ role: 'user', content: 't', images: ['AAAA'] },
				{ role: 'assistant', content: '', tool_calls: [{ id: 'c', function: { name: 'f', arguments: { a: 1 } } }] },
				{ role: 'tool', content: 'r', tool_name: 'f', tool_call_id: 'c' },
			],
		});
	});

	it('names what cannot be translated', () => {
		const messages = [{ role: 'user', content: 'x' }];
		for (const [extra, param] of [
			[{ n: 0 }, 'n'],
			[{ logit_bias: { 1: 1 } }, 'logit_bias'],
			[{ messages: [{ role: 'boss', content: '' }] }, 'messages.0.role'],
			[{ temperature: 'hot' }, 'temperature'],
		] as const)
			expect(() => ollama.encodeChat(readOpenAi({ messages, ...extra }), strict)).toThrow(
				expect.objectContaining({ fault: 'invalid', param }),
			);
	});

	it('events of an answer that is not streamed', () => {
		const events: ChatEvent[] = [];
		const decoder = openai.chatDecoder(wishes(false), (event) => events.push(event));
		decoder.feed(
			Buffer.from(JSON.stringify({ model: 'm', choices: [{ message: { content: 'x' }, finish_reason: 'length' }] })),
		);
		expect(decoder.end()).toBe(true);
		expect(events).toEqual([
			{ type: 'text', text: 'x', choice: 0 },
			{ type: 'finish', reason: 'length', choice: 0 },
		]);
	});
});
