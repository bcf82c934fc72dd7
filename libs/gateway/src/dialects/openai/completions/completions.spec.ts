import { describe, expect, it } from '@jest/globals';
import { type ChatEvent, Untranslatable } from '#libs/providers';
import { scanJson } from '../../../json/scan-json.js';
import type { AnswerContext } from '../../client-operation.js';
import { openAiCompletions } from '../openai.dialect.js';
import { readCompletion } from './read.js';
import { CompletionAnswerRenderer, CompletionStreamRenderer } from './render.js';

const scan = (body: object) => scanJson(Buffer.from(JSON.stringify({ model: 'm', ...body })));
const context = (isStreamed: boolean, wantsUsage = false): AnswerContext => ({
	requestId: 'r-1',
	alias: 'alias',
	isStreamed,
	wantsUsage,
	inputTokens: 1,
	scanned: scan({ prompt: 'x' }),
});
const logprobs = (token: string) => [{ token, logprob: -0.5, top: [{ token: 'z', logprob: -2 }] }];
const events: ChatEvent[] = [
	{ type: 'reasoning', text: 'hm' },
	{ type: 'text', text: 'ab', logprobs: logprobs('ab') },
	{ type: 'text', text: 'c', choice: 1 },
	{ type: 'text', text: 'd', logprobs: logprobs('d') },
	{ type: 'finish', reason: 'tool_calls' },
	{ type: 'finish', reason: 'length', choice: 1 },
	{ type: 'usage', usage: { input: 3, cacheRead: 0, cacheWrite: 0, output: 4, reasoning: 1 } },
];
const usage = { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 };

function frames(wantsUsage: boolean) {
	const renderer = new CompletionStreamRenderer(context(true, wantsUsage));
	const out = events.map((event) => renderer.event(event, 'up')).join('') + renderer.end('up');
	expect(out.endsWith('data: [DONE]\n\n')).toBe(true);
	return out
		.split('\n\n')
		.filter((frame) => frame.startsWith('data: {'))
		.map((frame) => JSON.parse(frame.slice(6)));
}

describe('a completion that was a chat', () => {
	it('streams text alone, with offsets of tokens, and usage to who asked', () => {
		const told = frames(true);
		expect(told.map(({ choices: [choice] }) => choice && [choice.index, choice.text, choice.finish_reason])).toEqual([
			[0, 'ab', null],
			[1, 'c', null],
			[0, 'd', null],
			[0, '', 'stop'],
			[1, '', 'length'],
			undefined,
		]);
		expect(told[0]).toMatchObject({ object: 'text_completion', id: 'cmpl-r1', model: 'up', usage: null });
		expect(told[2].choices[0].logprobs).toEqual({
			tokens: ['d'],
			token_logprobs: [-0.5],
			top_logprobs: [{ z: -2 }],
			text_offset: [2],
		});
		expect(told.at(-1)).toMatchObject({ choices: [], usage });
		expect(frames(false).every((frame) => !('usage' in frame))).toBe(true);
	});

	it('answers in one piece', () => {
		const renderer = new CompletionAnswerRenderer(context(false));
		for (const event of events) renderer.event(event);
		expect(JSON.parse(renderer.end(undefined))).toMatchObject({
			object: 'text_completion',
			model: 'alias',
			usage,
			choices: [
				{ index: 0, text: 'abd', finish_reason: 'stop', logprobs: { tokens: ['ab', 'd'], text_offset: [0, 2] } },
				{ index: 1, text: 'c', finish_reason: 'length', logprobs: null },
			],
		});
	});
});

describe('the request of a completion', () => {
	const strict = new Untranslatable(false);

	it('is a chat with one message', () => {
		const asked = {
			prompt: ['Once'],
			max_tokens: 5,
			n: 2,
			best_of: 2,
			logprobs: 0,
			stop: 'x',
			temperature: 0,
			seed: 1,
		};
		expect(readCompletion(scan(asked), 'up', strict)).toMatchObject({
			model: 'up',
			messages: [{ role: 'user', parts: [{ type: 'text', text: 'Once' }] }],
			maxTokens: 5,
			n: 2,
			logprobs: 0,
			stop: ['x'],
			temperature: 0,
			seed: 1,
		});
	});

	it.each([
		[{ prompt: ['a', 'b'] }, 'prompt'],
		[{ prompt: [1, 2] }, 'prompt'],
		[{ prompt: 'a', suffix: 'z' }, 'suffix'],
		[{ prompt: 'a', echo: true }, 'echo'],
		[{ prompt: 'a', best_of: 2 }, 'best_of'],
	])('%j is refused by name', (body, param) => {
		expect(() => readCompletion(scan(body), 'up', strict)).toThrow(
			expect.objectContaining({ code: 'unsupported_parameter', param }),
		);
	});

	it('reserves for every answer to every prompt', () => {
		const cap = (body: object) => openAiCompletions.outputCap(scan(body));
		expect(cap({ prompt: 'a' })).toBeUndefined();
		expect(cap({ prompt: [1, 2, 3], max_tokens: 10, n: 2 })).toBe(20);
		expect(cap({ prompt: ['a', 'b'], max_tokens: 10, n: 2, best_of: 3 })).toBe(60);
	});
});
