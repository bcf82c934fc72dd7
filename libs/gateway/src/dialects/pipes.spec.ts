import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AnswerContext, AnswerPipe } from './client-operation.js';
import { scanJson } from '../json/scan-json.js';
import { ollamaChat } from './ollama/ollama.dialect.js';
import { openAiChat, openAiEmbeddings } from './openai/openai.dialect.js';

const context = (wantsUsage: boolean): AnswerContext => ({
	requestId: 'r',
	alias: 'a',
	isStreamed: true,
	wantsUsage,
	inputTokens: 1,
	scanned: scanJson(Buffer.from('{}')),
});

/** Feeds `bytes` cut at `cuts`; what the client got, and how it ended. */
function run(
	pipe: AnswerPipe,
	bytes: Buffer,
	cuts: readonly number[],
): { out: string; isWhole: boolean; pipe: AnswerPipe } {
	const at = [0, ...cuts.filter((cut) => cut > 0 && cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
	const got: Buffer[] = [];
	for (const [index, start] of at.slice(0, -1).entries()) {
		const out = pipe.feed(bytes.subarray(start, at[index + 1]));
		if (out !== undefined) got.push(Buffer.from(out));
	}
	const { last, isWhole } = pipe.end();
	if (last !== undefined) got.push(Buffer.from(last));
	return { out: Buffer.concat(got).toString(), isWhole, pipe };
}

const chunk = (choices: object[], usage: object | null): string =>
	`data: ${JSON.stringify({ id: 'c', model: 'm', choices, usage })}\n\n`;
const delta = (content: string): string => chunk([{ index: 0, delta: { content }, finish_reason: null }], null);
const finish = chunk([{ index: 0, delta: {}, finish_reason: 'stop' }], null);
const usage = chunk([], { prompt_tokens: 7, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 2 } });
const done = 'data: [DONE]\n\n';
const hard = 'é😀 "usage":{"prompt_tokens":1} \n\n data: [DONE]\r\n "finish_reason":"stop"';

describe('OpenAI pass-through', () => {
	const answer = Buffer.from(`: hello\n\n${delta(hard)}${delta('b')}${finish}${usage}${done}`);
	const expected = `: hello\n\n${delta(hard)}${delta('b')}${finish}${done}`;

	it('gives the same bytes and usage however the stream is cut', () => {
		fc.assert(
			fc.property(fc.array(fc.nat(answer.length)), (cuts) => {
				const { out, isWhole, pipe } = run(openAiChat.native.pipe(context(false)), answer, cuts);
				expect([out, isWhole]).toEqual([expected, true]);
				expect(pipe.usage).toEqual({ input: 5, cacheRead: 2, cacheWrite: 0, output: 3, reasoning: 0 });
			}),
		);
	});

	it('leaves the usage chunk to a client that asked for it', () => {
		expect(run(openAiChat.native.pipe(context(true)), answer, []).out).toBe(answer.toString());
	});

	it.each(['\n', '\n\n', '\n\n\n', '\r\n\n\r\n'])('comes to an end with %j more between frames', (more) => {
		const spaced = Buffer.from(`${delta('a')}${more}${delta('b')}${more}${finish}${more}${done}${more}`);
		const { out, isWhole, pipe } = run(openAiChat.native.pipe(context(false)), spaced, []);
		expect([isWhole, pipe.pieces]).toEqual([true, expect.any(Number)]);
		expect(out.replaceAll(/\n+/g, '\n')).toBe(`${delta('a')}${delta('b')}${finish}${done}`.replaceAll(/\n+/g, '\n'));
	});

	it('reads streams with CRLF line ends', () => {
		const { out, pipe } = run(
			openAiChat.native.pipe(context(false)),
			Buffer.from(answer.toString().replaceAll('\n', '\r\n')),
			[5, 9, 40],
		);
		expect(out).toBe(expected);
		expect(pipe.usage?.output).toBe(3);
	});

	it('a stream that stops early never looks whole, one without its end marker is completed', () => {
		expect(run(openAiChat.native.pipe(context(false)), Buffer.from(delta('a') + delta('b')), [])).toMatchObject({
			isWhole: false,
		});
		expect(run(openAiChat.native.pipe(context(false)), Buffer.from(delta('a') + finish), [])).toMatchObject({
			out: delta('a') + finish + done,
			isWhole: true,
		});
	});

	it('never emits half a frame', () => {
		for (let length = 0; length < answer.length; length++) {
			const { out } = run(openAiChat.native.pipe(context(true)), answer.subarray(0, length), []);
			expect(out === '' || out.endsWith('\n\n')).toBe(true);
		}
	});

	it.each([
		'data: {"error":{"message":"x"}}\n\n',
		'data:{"error":{"message":"x"}}\n\ndata: [DONE]\n\n',
		'data: {"error":"x"}\n\n',
		'data: {"id":"c","choices":[],"error":{"code":502}}\n\ndata: [DONE]\n\n',
	])('stops before a frame in which the upstream gives up: %j', (frame) => {
		const { out, pipe } = run(openAiChat.native.pipe(context(false)), Buffer.from(delta('a') + frame), []);
		expect(out).toBe(delta('a'));
		expect(pipe.failure?.code).toBe('upstream_error');
	});

	it('takes the end marker only as a line of its own', () => {
		const talking = delta('data: [DONE]');
		const cut = Buffer.from(talking + talking.slice(0, -9));
		expect(run(openAiChat.native.pipe(context(false)), cut, [])).toMatchObject({ out: talking, isWhole: false });
	});

	it('keeps every usage chunk to itself', () => {
		const twice = Buffer.from(delta('a') + usage + finish + usage + usage + done);
		expect(run(openAiChat.native.pipe(context(false)), twice, []).out).toBe(delta('a') + finish + done);
	});

	it('waits for the end of all choices', () => {
		const two = { ...context(false), scanned: scanJson(Buffer.from('{"n":2}')) };
		expect(run(openAiChat.native.pipe(two), Buffer.from(delta('a') + finish), []).isWhole).toBe(false);
		expect(run(openAiChat.native.pipe(two), Buffer.from(finish + finish), []).isWhole).toBe(true);
	});

	it('refuses a line without end', () => {
		const pipe = openAiChat.native.pipe(context(false));
		expect(() => {
			for (let n = 0; n < 40; n++) pipe.feed(Buffer.alloc(65_536, 'x'));
		}).toThrow('line without end');
	});
});

describe('usage in every chunk, asked for by us', () => {
	const counted = (content: string, tokens: number): string =>
		chunk([{ index: 0, delta: { content }, finish_reason: null }], { prompt_tokens: 7, completion_tokens: tokens });
	const bare = (content: string): string => delta(content).replace(',"usage":null', '');
	const end = chunk([{ index: 0, delta: {}, finish_reason: 'stop' }], { prompt_tokens: 7, completion_tokens: 2 });
	const answer = Buffer.from(counted(hard, 1) + counted('b', 2) + end + usage + done);
	const upstream = { tellsUsageContinuously: true };

	it.each([
		[false, bare(hard) + bare('b') + finish.replace(',"usage":null', '') + done],
		[true, delta(hard) + delta('b') + finish + usage + done],
	])('is seen by nobody, however the stream is cut (usage wanted: %p)', (wantsUsage, expected) => {
		fc.assert(
			fc.property(fc.array(fc.nat(answer.length)), (cuts) => {
				expect(run(openAiChat.native.pipe(context(wantsUsage), upstream), answer, cuts).out).toBe(expected);
			}),
		);
	});

	it('makes the usage of a broken stream exact', () => {
		const pipe = openAiChat.native.pipe(context(false), upstream);
		expect(run(pipe, Buffer.from(counted('a', 1) + counted('b', 2)), [9]).isWhole).toBe(false);
		expect(pipe.usage).toMatchObject({ input: 7, output: 2 });
	});

	it.each([
		[{ stream: true }, upstream, { include_usage: true, continuous_usage_stats: true }],
		[
			{ stream: true, stream_options: { include_usage: true } },
			upstream,
			{ include_usage: true, continuous_usage_stats: true },
		],
		[{ stream: true, n: 2 }, upstream, { include_usage: true }],
		[{ stream: true }, { tellsUsageContinuously: false }, { include_usage: true }],
		[{ stream: true }, undefined, { include_usage: true }],
	])('%j is sent with %j', (body, traits, options) => {
		const [edit] = openAiChat.native.edits(scanJson(Buffer.from(JSON.stringify({ model: 'm', ...body }))), traits);
		expect(edit?.bytes.replace(',"stream_options":', '')).toBe(JSON.stringify(options));
	});

	it('is left to a client that asked for it itself', () => {
		const own = { model: 'm', stream: true, stream_options: { include_usage: true, continuous_usage_stats: true } };
		const scanned = scanJson(Buffer.from(JSON.stringify(own)));
		expect(openAiChat.native.edits(scanned, upstream)).toEqual([]);
		expect(run(openAiChat.native.pipe({ ...context(true), scanned }, upstream), answer, []).out).toBe(
			answer.toString(),
		);
	});
});

describe('Ollama pass-through', () => {
	const line = (value: object): string => `${JSON.stringify(value)}\n`;
	const text = (content: string): string => line({ model: 'm', message: { role: 'assistant', content }, done: false });
	const last = line({
		model: 'm',
		message: { role: 'assistant', content: '' },
		done: true,
		prompt_eval_count: 4,
		eval_count: 9,
	});
	const answer = Buffer.from(text('é😀 "done":true {"error"') + text('b') + last);

	it('gives the same bytes and usage however the stream is cut', () => {
		fc.assert(
			fc.property(fc.array(fc.nat(answer.length)), (cuts) => {
				const { out, isWhole, pipe } = run(ollamaChat.native.pipe(context(false)), answer, cuts);
				expect([out, isWhole]).toEqual([answer.toString(), true]);
				expect(pipe.usage).toMatchObject({ input: 4, output: 9 });
			}),
		);
	});

	it('a stream that stops early never looks whole', () => {
		expect(run(ollamaChat.native.pipe(context(false)), Buffer.from(text('a')), [])).toMatchObject({
			isWhole: false,
		});
		const { pipe } = run(
			ollamaChat.native.pipe(context(false)),
			Buffer.from(`${text('a')}{"error":"out of memory"}\n`),
			[],
		);
		expect(pipe.failure?.code).toBe('upstream_error');
	});
});

describe('usage of a whole answer', () => {
	it('is read from its end, never from quoted content', () => {
		const body = {
			choices: [{ message: { content: hard } }],
			usage: { prompt_tokens: 7, completion_tokens: 3 },
			x: [1],
		};
		const pipe = openAiChat.native.pipe({ ...context(false), isStreamed: false });
		expect(run(pipe, Buffer.from(JSON.stringify(body)), [3, 20])).toMatchObject({
			out: JSON.stringify(body),
			isWhole: true,
		});
		expect(pipe.usage).toMatchObject({ input: 7, output: 3 });
	});
	it('is unknown when there is none, and rubbish is refused', () => {
		const pipe = openAiEmbeddings.native.pipe(context(false));
		run(pipe, Buffer.from('{"data":[]}'), []);
		expect(pipe.usage).toBeUndefined();
		expect(() => run(openAiEmbeddings.native.pipe(context(false)), Buffer.from('<html>'), [])).toThrow('not JSON');
	});
});
