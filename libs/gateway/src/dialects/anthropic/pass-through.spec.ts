import { describe, expect, it } from '@jest/globals';
import { scanJson } from '../../json/scan-json.js';
import { splice } from '../../json/splice.js';
import type { AnswerContext, AnswerPipe } from '../client-operation.js';
import { anthropicMessages } from './anthropic.dialect.js';

const context = (isStreamed: boolean): AnswerContext => ({
	requestId: 'r',
	alias: 'a',
	isStreamed,
	wantsUsage: true,
	inputTokens: 1,
	scanned: scanJson(Buffer.from('{}')),
});

interface Passed {
	readonly out: string;
	readonly isWhole: boolean;
	readonly pipe: AnswerPipe;
}
function pass(bytes: Buffer, isStreamed: boolean, cuts: readonly number[] = []): Passed {
	const pipe = anthropicMessages.native.pipe(context(isStreamed));
	const got: Buffer[] = [];
	for (const [at, start] of [0, ...cuts].entries()) {
		const out = pipe.feed(bytes.subarray(start, cuts[at]));
		if (out !== undefined) got.push(Buffer.from(out));
	}
	const { last, isWhole } = pipe.end();
	if (last !== undefined) got.push(Buffer.from(last));
	return { out: Buffer.concat(got).toString(), isWhole, pipe };
}

const frame = (type: string, rest: object = {}): string =>
	`event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
const piece = (text: string): string => frame('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
const usage = { input_tokens: 5, output_tokens: 1, cache_read_input_tokens: 2, cache_creation_input_tokens: 3 };
const start = frame('message_start', { message: { model: 'm', content: [], usage } }) + frame('ping');
const hard = 'é😀 \n\nevent: message_stop\ndata: {"usage":{"output_tokens":99}}\n\nevent: error\n\n';
const last = frame('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } });
const stop = frame('message_stop');
const answer = `: hello\n\n${start}${piece(hard)}: still\n\n${piece('b')}${last}${stop}`;
const counted = { input: 5, cacheRead: 2, cacheWrite: 3, output: 7, reasoning: 0 };

describe('a stream that passes', () => {
	const bytes = Buffer.from(answer);

	it('gives the same bytes, usage and count cut at every byte, and at every two', () => {
		for (let cut = 0; cut <= bytes.length; cut++)
			for (const cuts of [[cut], [cut >> 1, cut]]) {
				const { out, isWhole, pipe } = pass(bytes, true, cuts);
				expect([out, isWhole, pipe.usage, pipe.pieces]).toEqual([answer, true, counted, 2]);
			}
	});

	it('may have CRLF line ends, cut between the two as well', () => {
		const crlf = Buffer.from(answer.replaceAll('\n', '\r\n'));
		for (let cut = 0; cut <= crlf.length; cut++) {
			const { out, isWhole, pipe } = pass(crlf, true, [cut]);
			expect([out, isWhole, pipe.usage]).toEqual([answer, true, counted]);
		}
	});

	it('is whole by message_stop alone, also without its blank line, and never emits half a frame', () => {
		const whole = start + piece('a') + last + stop;
		for (let length = 0; length <= whole.length; length++) {
			const { out, isWhole } = pass(Buffer.from(whole.slice(0, length)), true);
			expect(out === '' || out.endsWith('\n\n')).toBe(true);
			expect(isWhole).toBe(length >= whole.length - 2);
			if (isWhole) expect(out).toBe(whole);
		}
	});

	it('stops before an event in which the upstream gives up, and keeps what kind of fault it was', () => {
		for (const [type, fault] of [
			['overloaded_error', 'unavailable'],
			['rate_limit_error', 'throttled'],
			['timeout_error', 'timeout'],
			['api_error', 'upstream'],
		]) {
			const { out, isWhole, pipe } = pass(
				Buffer.from(start + piece('a') + frame('error', { error: { type, message: 'secret' } }) + stop),
				true,
			);
			expect([out, isWhole, pipe.failure?.fault]).toEqual([start + piece('a'), false, fault]);
			expect(anthropicMessages.errorFrame(pipe.failure as never, context(true))).toBe(
				`event: error\ndata: ${JSON.stringify({
					type: 'error',
					error: {
						type,
						message: 'The upstream reported an error in the middle of its answer',
						param: null,
						code: pipe.failure?.code,
					},
					request_id: 'r',
				})}\n\n`,
			);
		}
	});

	it('counts pieces as output until the end is told', () => {
		const { pipe } = pass(Buffer.from(start + piece('a') + piece('b') + piece('c')), true);
		expect(pipe.usage).toEqual({ ...counted, output: 3 });
		expect(pass(Buffer.from(piece('a')), true).pipe.usage).toBeUndefined();
	});

	it('refuses a line without end', () => {
		const pipe = anthropicMessages.native.pipe(context(true));
		expect(() => {
			for (let n = 0; n < 40; n++) pipe.feed(Buffer.alloc(65_536, 'x'));
		}).toThrow('line without end');
	});
});

describe('a whole answer that passes', () => {
	const fake = { usage: { input_tokens: 900, output_tokens: 900 } };
	const content = [
		{ type: 'text', text: '"usage":{"input_tokens":1}' },
		{ type: 'tool_use', id: 't', name: 'f', input: fake },
	];
	it.each([
		['at the end', { content, usage: { ...usage, service_tier: 'standard' } }],
		['before the content', { usage, content }],
		['with members behind', { content, usage, container: null, context: { usage: 1 } }],
	])('has its usage %s, never from a tool', (_, body) => {
		const text = JSON.stringify(body);
		const { out, pipe } = pass(Buffer.from(text), false, [7, 30]);
		expect([out, pipe.usage]).toEqual([text, { ...counted, output: 1 }]);
	});
	it('has none when none is reported, and must be JSON', () => {
		expect(pass(Buffer.from(JSON.stringify({ content })), false).pipe.usage).toBeUndefined();
		expect(() => pass(Buffer.from('<html>'), false)).toThrow('not JSON');
	});
});

describe('the body for an Anthropic upstream', () => {
	const edited = (body: object): unknown => {
		const bytes = Buffer.from(JSON.stringify(body));
		return JSON.parse(splice(bytes, anthropicMessages.native.edits(scanJson(bytes))).toString());
	};
	const signed = { type: 'thinking', thinking: 'x', signature: 's' };
	const foreign = { type: 'thinking', thinking: 'x', signature: '' };
	const text = { type: 'text', text: 'a' };
	it('stays as it is', () => {
		const bytes = Buffer.from(JSON.stringify({ messages: [{ role: 'assistant', content: [signed, text] }, 7, null] }));
		expect(anthropicMessages.native.edits(scanJson(bytes))).toEqual([]);
	});
	it('loses thinking that another vendor did', () => {
		const user = { role: 'user', content: 'q' };
		const of = (...content: object[]) => ({ role: 'assistant', content });
		expect(edited({ a: 1, messages: [user, of(foreign, text), user, of(foreign), user, of(signed, text)] })).toEqual({
			a: 1,
			messages: [user, of(text), user, user, of(signed, text)],
		});
	});
});
