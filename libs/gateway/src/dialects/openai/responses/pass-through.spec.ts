import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from '#libs/kernel';
import { scanJson } from '../../../json/scan-json.js';
import type { AnswerContext, AnswerPipe } from '../../client-operation.js';
import { openAiResponses } from './responses.dialect.js';

const context = (isStreamed = true): AnswerContext => ({
	requestId: 'r',
	alias: 'a',
	isStreamed,
	wantsUsage: true,
	inputTokens: 1,
	scanned: scanJson(Buffer.from('{"model":"a","input":"x"}')),
});

function run(pipe: AnswerPipe, bytes: Buffer, cuts: readonly number[]): { out: string; isWhole: boolean } {
	const at = [0, ...cuts.filter((cut) => cut > 0 && cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
	const got: Buffer[] = [];
	for (const [index, start] of at.slice(0, -1).entries()) {
		const out = pipe.feed(bytes.subarray(start, at[index + 1]));
		if (out !== undefined) got.push(Buffer.from(out));
	}
	const { last, isWhole } = pipe.end();
	if (last !== undefined) got.push(Buffer.from(last));
	return { out: Buffer.concat(got).toString(), isWhole };
}

let number = 0;
const event = (type: string, fields: object = {}): string =>
	`event: ${type}\ndata: ${JSON.stringify({ type, ...fields, sequence_number: number++ })}\n\n`;
const response = (status: string, usage: object | null = null): object => ({
	response: { id: 'resp_up', status, output: [], usage, user: null, metadata: { usage: 'mine' } },
});
const used = { input_tokens: 7, input_tokens_details: { cached_tokens: 2 }, output_tokens: 3 };
const hard = 'é😀 "usage":{"input_tokens":1} \n\n event: response.completed\r\n "type":"response.failed"';
const start =
	event('response.created', response('in_progress')) + event('response.in_progress', response('in_progress'));
const deltas =
	event('response.output_text.delta', { delta: hard }) + event('response.output_text.delta', { delta: 'b' });

describe('a response that passes through', () => {
	it.each(['completed', 'incomplete'])('gives the same bytes and usage of response.%s at every split', (status) => {
		const answer = Buffer.from(`: hi\n\n${start}${deltas}${event(`response.${status}`, response(status, used))}`);
		const check = (cuts: readonly number[]): void => {
			const pipe = openAiResponses.native.pipe(context());
			expect(run(pipe, answer, cuts)).toEqual({ out: answer.toString(), isWhole: true });
			expect([pipe.usage, pipe.pieces, pipe.failure]).toEqual([
				{ input: 5, cacheRead: 2, cacheWrite: 0, output: 3, reasoning: 0 },
				2,
				undefined,
			]);
		};
		for (let cut = 0; cut < answer.length; cut++) check([cut]);
		check([...answer.keys()]);
		fc.assert(fc.property(fc.array(fc.nat(answer.length)), check), { numRuns: 30 });
	});

	it('reads the usage of a failed one and adds nothing to it', () => {
		const answer = Buffer.from(
			start + event('error', { code: 'x' }) + event('response.failed', response('failed', used)),
		);
		const own = context();
		const pipe = openAiResponses.native.pipe(own);
		expect(run(pipe, answer, [30, 500]).out).toBe(answer.toString());
		expect([pipe.usage?.output, pipe.failure?.code]).toEqual([3, 'upstream_error']);
		expect(openAiResponses.errorFrame(pipe.failure as AppError, own)).toBe('');
	});

	it('adds the failed response to an error of the upstream, and both where the upstream says nothing', () => {
		const ends = (bytes: string): { types: string[]; numbers: number[]; failed: unknown; isWhole: boolean } => {
			const own = context();
			const pipe = openAiResponses.native.pipe(own);
			const { isWhole } = run(pipe, Buffer.from(bytes), [bytes.length - 9]);
			const error = pipe.failure ?? new AppError('upstream', 'upstream_truncated', 'Cut');
			const frames = openAiResponses.errorFrame(error, own).split('\n\n').filter(Boolean);
			const events = frames.map((frame) => JSON.parse(frame.slice(frame.indexOf('data: ') + 6)));
			return {
				types: events.map(({ type }) => type),
				numbers: events.map(({ sequence_number: n }) => n),
				failed: events.at(-1)?.response,
				isWhole,
			};
		};
		number = 0;
		const begun =
			event('response.created', response('in_progress')) + event('response.output_text.delta', { delta: 'a' });
		expect(ends(begun)).toMatchObject({
			types: ['error', 'response.failed'],
			numbers: [2, 3],
			failed: { id: 'resp_up', status: 'failed', error: { code: 'server_error', message: 'Cut' } },
			isWhole: false,
		});
		expect(ends(begun + event('error', { code: 'x', message: 'y' }))).toMatchObject({
			types: ['response.failed'],
			numbers: [3],
		});
		expect(ends('').types).toEqual(['response.created', 'response.in_progress', 'error', 'response.failed']);
	});

	it('never looks whole or gives half a frame when it stops early', () => {
		const answer = Buffer.from(start + deltas);
		for (let length = 0; length < answer.length; length++) {
			const { out, isWhole } = run(openAiResponses.native.pipe(context()), answer.subarray(0, length), []);
			expect([isWhole, out === '' || out.endsWith('\n\n')]).toEqual([false, true]);
		}
	});

	it('counts a last event without its blank line', () => {
		const answer = start + event('response.completed', response('completed', used));
		const pipe = openAiResponses.native.pipe(context());
		expect(run(pipe, Buffer.from(answer.slice(0, -2)), [])).toEqual({ out: answer, isWhole: true });
		expect(pipe.usage?.output).toBe(3);
		expect(run(openAiResponses.native.pipe(context()), Buffer.from(answer.slice(0, -4)), []).isWhole).toBe(false);
	});

	it('reads CRLF, and data without event lines', () => {
		const answer = start + deltas + event('response.completed', response('completed', used));
		const pipe = openAiResponses.native.pipe(context());
		const bare = answer.replaceAll(/^event: .*\n/gm, '').replaceAll('\n', '\r\n');
		expect(run(pipe, Buffer.from(bare), [3, 77]).isWhole).toBe(true);
		expect([pipe.usage?.output, pipe.pieces]).toEqual([3, 2]);
	});

	it('reads the usage of a whole answer', () => {
		const pipe = openAiResponses.native.pipe(context(false));
		const body = JSON.stringify({ output: [{ text: hard }], usage: used, metadata: { usage: 'x' } });
		expect(run(pipe, Buffer.from(body), [9]).out).toBe(body);
		expect(pipe.usage).toMatchObject({ input: 5, output: 3 });
	});
});
