import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainAnswer } from '#libs/testing';
import type { Dialect } from '../conformance/clients/client.js';
import { upstreamPipe } from './pipe.js';
import { modelOf, pairs, RawInstallation } from './raw-installation.js';
import { upstreamFrames } from './upstream-frames.js';
import { endingOf, textOf, wires } from './wire.js';

/** Text that tries to be protocol: it arrives as text, in exactly the events that were sent. */
const CASES = Number(process.env['HOSTILE_CASES'] ?? 400);

const fragments = fc.constantFrom(
	'\n\ndata: [DONE]\n\n',
	'data: [DONE]',
	'\r\n\r\n',
	'\r',
	'\n',
	'event: error\ndata: {"type":"error"}\n\n',
	'event: message_stop\n\n',
	'{"done":true}\n',
	'"done":true',
	'"finish_reason":"stop"',
	'"usage":{"prompt_tokens":1}',
	'{"error":"x"}',
	'"error":{',
	'\u2028',
	'\u2029',
	'\u0000',
	'\ud800',
	'\udfff',
	'\u202e\u200f',
	'👩‍👩‍👧‍👦',
	'é€😀',
	'\\',
	'\\u0000',
	'"',
	': comment\n\n',
	'id: 1\nretry: 0\n',
	'\ufeff',
);
const hostile = fc
	.array(fc.oneof(fragments, fc.string({ unit: 'binary', maxLength: 5 })), { minLength: 1, maxLength: 6 })
	.map((parts) => parts.join(''))
	.filter((text) => text !== '');
const answers = fc.record({
	texts: fc.array(hostile, { minLength: 1, maxLength: 4 }),
	cuts: fc.array(fc.nat(2_000), { maxLength: 6 }),
});

const pieces = (text: string, cuts: readonly number[]): Buffer[] => {
	const bytes = Buffer.from(text);
	const at = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
	return at.slice(1).map((end, n) => bytes.subarray(at[n], end));
};

const known = { cases: 0 };

describe.each(pairs)('$dialect client, $protocol upstream', ({ dialect, protocol }) => {
	it(`${CASES} random answers arrive event for event`, () => {
		const { open, text, finish, end } = upstreamFrames[protocol];
		fc.assert(
			fc.property(answers, ({ texts, cuts }) => {
				const pipe = upstreamPipe(dialect, protocol);
				const stream = open() + texts.map((part) => text(part)).join('') + finish() + end;
				const got = pieces(stream, cuts).map((piece) => pipe.feed(piece));
				const { last, isWhole } = pipe.end();
				const events = wires[dialect].events([...got, last].map((part) => part?.toString() ?? '').join(''));
				expect([isWhole, endingOf(events), textOf(events)]).toEqual([true, 'end', texts.join('')]);
				expect(events.slice(0, -1)).toEqual(texts.map((part) => ({ text: part })));
				known.cases += 1;
			}),
			{ numRuns: CASES },
		);
	}, 300_000);
});

describe('text that PostgreSQL cannot hold', () => {
	const odd = 'a\u0000b\ud800\u202e😀';
	let installation: RawInstallation;
	beforeAll(async () => {
		installation = await RawInstallation.start();
	}, 60_000);
	afterAll(async () => {
		await installation?.stop();
	});

	const refusal = (protocol: Dialect, message: string): string =>
		JSON.stringify(protocol === 'ollama' ? { error: message } : { type: 'error', error: { message, type: 'x' } });

	it.each(pairs)(
		'in a refusal of the $protocol upstream reaches a $dialect client, and the row is written',
		async ({ dialect, protocol }) => {
			installation.answer(protocol, {
				pieces: [plainAnswer(refusal(protocol, odd), 'application/json', 400)],
				ending: 'keep',
			});
			const answer = await installation.call(dialect, protocol, { content: odd });
			expect(answer.status).toBe(400);
			expect(JSON.stringify(await answer.json())).toContain('😀');
			expect(await installation.rows()).toEqual([expect.objectContaining({ status: 'error', source: 'none' })]);
		},
	);

	it.each(pairs)(
		'in an answer of the $protocol upstream costs a $dialect client nothing',
		async ({ dialect, protocol }) => {
			const { open, text, finish, end } = upstreamFrames[protocol];
			installation.stream(protocol, open() + text(odd) + finish() + end);
			const events = wires[dialect].events(await (await installation.call(dialect, protocol, { content: odd })).text());
			expect([textOf(events), endingOf(events)]).toEqual([odd, 'end']);
			expect(await installation.rows()).toEqual([expect.objectContaining({ status: 'ok' })]);
		},
	);

	it('in headers and names is refused or kept out, never an error of ours', async () => {
		const ask = (body: unknown, headers: Record<string, string> = {}) =>
			fetch(`${installation.api.url}/v1/chat/completions`, {
				method: 'POST',
				headers: { authorization: `Bearer ${installation.tenant.key}`, ...headers },
				body: JSON.stringify(body),
			});
		const messages = [{ role: 'user', content: odd }];
		const statuses = await Promise.all([
			ask({ model: odd, messages }),
			ask(
				{ model: modelOf('openai'), messages, metadata: { [odd]: odd }, user: odd },
				{ 'user-agent': '\u00ff\u0080' },
			),
			ask({ model: modelOf('openai'), messages: [{ role: odd, content: odd }] }),
			ask({ model: 'x'.repeat(1_048_576), messages }),
			ask({ model: modelOf('ollama'), messages: [{ role: 'user', content: `${'e'}${'\u0301'.repeat(524_288)}` }] }),
		]);
		expect(statuses.map(({ status }) => status).filter((status) => status === 500)).toEqual([]);
		await installation.rows();
	});

	it('counts', () => {
		console.info(`hostile text: ${known.cases} random answers, event for event as sent`);
		expect(known.cases).toBeGreaterThanOrEqual(CASES * pairs.length);
	});
});
