import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RawAnswer, streamChunk, streamHead } from '#libs/testing';
import type { Dialect } from '../conformance/clients/client.js';
import { pairs, RawInstallation } from './raw-installation.js';
import { upstreamFrames } from './upstream-frames.js';
import { endingOf, textOf, wires } from './wire.js';

/** An upstream that dies in the middle: the client sees an error in its dialect, never an answer that looks whole. */
let installation: RawInstallation;
beforeAll(async () => {
	installation = await RawInstallation.start({
		UPSTREAM_IDLE_TIMEOUT_MS: '1000',
		UPSTREAM_FIRST_BYTE_TIMEOUT_MS: '1000',
	});
}, 60_000);
afterAll(async () => {
	await installation?.stop();
});

const WHOLE = 'one two 😀';
type Break = (protocol: Dialect) => RawAnswer;
const after =
	(ending: RawAnswer['ending'], ...more: (Buffer | string)[]): Break =>
	(protocol) => {
		const { type, open, text } = upstreamFrames[protocol];
		return { pieces: [streamHead(type), streamChunk(open() + text('one ') + text('two ')), ...more], ending };
	};
const halfFrame = (protocol: Dialect, isInsideCharacter: boolean): Buffer => {
	const frame = Buffer.from(upstreamFrames[protocol].text('😀'));
	return frame.subarray(0, isInsideCharacter ? frame.indexOf(0xf0) + 2 : frame.length >> 1);
};

const breaks: readonly (readonly [string, Break])[] = [
	['RST', after('hang')],
	['FIN within the HTTP body', after('fin')],
	['a clean end of the HTTP body without the protocol’s', after('keep', streamChunk())],
	['half a frame, then FIN', (protocol) => after('fin', streamChunk(halfFrame(protocol, false)))(protocol)],
	[
		'half a frame, then a clean end',
		(protocol) => after('keep', streamChunk(halfFrame(protocol, false)), streamChunk())(protocol),
	],
	['half a character, then FIN', (protocol) => after('fin', streamChunk(halfFrame(protocol, true)))(protocol)],
	[
		'half an HTTP chunk, then FIN',
		(protocol) => after('fin', streamChunk(upstreamFrames[protocol].text('😀')).subarray(0, 9))(protocol),
	],
	[
		'an error in its protocol',
		(protocol) => after('keep', streamChunk(upstreamFrames[protocol].error()), streamChunk())(protocol),
	],
	['silence', after('hang')],
];

/** All of a stream; `onText` once its text has come. */
async function read(answer: Response, onText: () => void): Promise<string> {
	let all = '';
	let isTold = false;
	for await (const piece of (answer.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream())) {
		all += piece;
		if (!isTold && all.includes('two')) onText();
		isTold ||= all.includes('two');
	}
	return all;
}

describe.each(pairs)('$dialect client, $protocol upstream', ({ dialect, protocol }) => {
	it.each(breaks)('%s', async (name, broken) => {
		const n = 10 + breaks.findIndex(([known]) => known === name);
		const upstream = installation.upstreams[protocol];
		const before = upstream.calls.length;
		installation.answer(protocol, broken(protocol));
		const answer = await installation.call(dialect, protocol, { n });
		const events = wires[dialect].events(await read(answer, () => (name === 'RST' ? upstream.reset() : undefined)));
		expect([answer.status, endingOf(events)]).toEqual([200, 'error']);
		expect([textOf(events), WHOLE.startsWith(textOf(events))]).toEqual([expect.stringMatching(/^one /), true]);
		expect(upstream.calls.length - before).toBe(1); // what was begun is not begun again
		const rows = await installation.rows();
		expect(rows).toEqual([expect.objectContaining({ status: 'interrupted', source: 'estimated' })]);
	});

	it('a whole answer that is cut is an error, not half an answer', async () => {
		const body = JSON.stringify({ choices: [{ message: { content: 'x' } }], message: { content: 'x' }, content: [] });
		const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
		installation.answer(protocol, { pieces: [head, body.slice(0, -20)], ending: 'fin' });
		const answer = await installation.call(dialect, protocol, { n: 30, stream: false });
		const said = await answer.text();
		expect([answer.status, said]).toEqual([502, expect.stringContaining('"error"')]);
		expect((await installation.rows()).map(({ status }) => status)).toEqual(['error']);
	});
});
