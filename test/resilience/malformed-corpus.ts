import { gzipSync } from 'node:zlib';
import { plainAnswer, type RawAnswer, streamChunk, streamHead } from '#libs/testing';
import type { Dialect } from '../conformance/clients/client.js';
import { upstreamFrames } from './upstream-frames.js';

type Expected = 'whole' | 'error' | 'either';

export interface Malformed {
	readonly name: string;
	readonly answer: RawAnswer;
	/** whole: odd, but the answer must arrive; error: it must be one; either: what it ends in, it says */
	readonly expected: Expected;
}

const MEGABYTE = 1_048_576;
const TYPES = ['null', '0', '"x"', '[]', '{}', '[null]', '[[]]', 'true', '1e400', '{"a":{"a":{}}}'];

/** Streams and answers that no upstream should send, and some that are merely odd. */
export function corpus(protocol: Dialect): Malformed[] {
	return [
		...framing(protocol),
		...truncated(protocol),
		...wrongTypes(protocol),
		...notAStream(protocol),
		...badHttp(protocol),
	];
}

const whole = (protocol: Dialect): string => {
	const { open, text, finish, end } = upstreamFrames[protocol];
	return open() + text('one ') + text('two') + finish() + end;
};

const streamed = (protocol: Dialect, ...pieces: (string | Buffer)[]): RawAnswer => ({
	pieces: [streamHead(upstreamFrames[protocol].type), ...pieces.map((piece) => streamChunk(piece)), streamChunk()],
	ending: 'keep',
});

/** What the standard of server-sent events allows, and more. */
function framing(protocol: Dialect): Malformed[] {
	const text = whole(protocol);
	const isSse = protocol !== 'ollama';
	const of = (name: string, bytes: string | Buffer, expected: Expected): Malformed => ({
		name,
		answer: streamed(protocol, bytes),
		expected,
	});
	const gap = isSse ? '\n\n' : '\n';
	return [
		of('as it should be', text, 'whole'),
		of('CRLF', text.replaceAll('\n', '\r\n'), 'whole'),
		of('CR alone', text.replaceAll('\n', '\r'), 'either'),
		of('LF and CRLF mixed', text.replace('\n', '\r\n'), 'whole'),
		of('a byte order mark', `\ufeff${text}`, 'either'),
		of('blank lines before', `\n\n\n${text}`, 'either'),
		of('blank lines between', text.replaceAll(gap, `${gap}\n`), 'either'),
		of('a NUL between frames', text.replace(gap, `${gap}\0`), 'either'),
		of('glued frames', text.replace(gap, ''), 'either'),
		of('no end of line at the end', text.trimEnd(), isSse ? 'either' : 'whole'),
		of(
			'invalid UTF-8',
			Buffer.concat([Buffer.from(text.slice(0, 60)), Buffer.from([0xff, 0xfe]), Buffer.from(text.slice(60))]),
			'either',
		),
		...(isSse
			? [
					of('no space after data:', text.replaceAll('data: ', 'data:'), 'whole'),
					of('two spaces after data:', text.replaceAll('data: ', 'data:  '), 'either'),
					of('comments', text.replaceAll('\n\n', '\n\n: comment\n\n'), 'whole'),
					of('comments without a gap', text.replaceAll('data:', ': comment\ndata:'), 'either'),
					of('unknown fields', text.replaceAll('data:', 'id: 1\nretry: 5\nfoo: bar\ndata:'), 'either'),
					of('unknown events', `event: strange\ndata: {}\n\n${text}`, 'either'),
					of('data in two lines', text.replace('data: {', 'data: {\ndata: '), 'either'),
					of('a frame without data', `event: x\n\n${text}`, 'either'),
					of('data without JSON', `data: hello\n\n${text}`, 'either'),
				]
			: [of('spaces around lines', text.replaceAll('\n', ' \n '), 'either')]),
		{
			name: 'a byte at a time',
			answer: streamed(protocol, ...[...Buffer.from(text)].map((byte) => Buffer.from([byte]))),
			expected: 'whole' as const,
		},
	];
}

/** Cut at some thirty places, each time with a clean end of HTTP. */
const truncated = (protocol: Dialect): Malformed[] => {
	const bytes = Buffer.from(whole(protocol));
	const { open, text } = upstreamFrames[protocol];
	const content = Buffer.byteLength(open() + text('one ') + text('two'));
	return Array.from({ length: 30 }, (_, n) => Math.floor((content * n) / 30)).map((at) => ({
		name: `cut after ${at} bytes`,
		answer: streamed(protocol, bytes.subarray(0, at)),
		expected: 'error',
	}));
};

/** Values of another type where the protocol has objects, lists and text. */
function wrongTypes(protocol: Dialect): Malformed[] {
	const keys = {
		openai: ['choices', 'delta', 'content', 'id'],
		anthropic: ['delta', 'text', 'message', 'index'],
		ollama: ['message', 'content', 'model', 'done'],
	};
	const replace = (key: string, value: string): string =>
		whole(protocol).replaceAll(
			new RegExp(`"${key}":(?:"[^"]*"|\\{[^{}]*\\}|\\[[^\\[\\]]*\\]|true|false|\\d+)`, 'g'),
			`"${key}":${value}`,
		);
	return keys[protocol].flatMap((key) =>
		TYPES.map((value) => ({
			name: `${key} is ${value}`,
			answer: streamed(protocol, replace(key, value)),
			// bytes pass to clients of the same protocol: what they make of wrong types is theirs
			expected: 'either',
		})),
	);
}

/** 200, and no stream. */
function notAStream(protocol: Dialect): Malformed[] {
	const of = (name: string, answer: RawAnswer, expected: Expected): Malformed => ({ name, answer, expected });
	const { type } = upstreamFrames[protocol];
	const page = '<!doctype html><html><body>Welcome</body></html>';
	const bodies = [
		'',
		' ',
		'\n',
		'{',
		'}',
		'null',
		'[]',
		'"x"',
		'0',
		'x'.repeat(70_000),
		page,
		'{"id":1}',
		'\0\0\0\0',
		'{"a":'.repeat(5_000),
	];
	return [
		...bodies.map((body, n) => of(`body ${n} ${body.slice(0, 12)}`, streamed(protocol, body), 'error')),
		of('a page', { pieces: [plainAnswer(page, 'text/html')], ending: 'keep' }, 'error'),
		of('a line without end', streamed(protocol, ...lineWithoutEnd(type)), 'error'),
		of('compressed, though nobody asked', gzip(protocol, 1), 'either'),
		of('compressed ten times', gzip(protocol, 10), 'either'),
		of('says it is compressed', encoded(protocol, Buffer.from(whole(protocol)), 'gzip'), 'either'),
	];
}

const lineWithoutEnd = (type: string): string[] => [
	type === 'application/x-ndjson' ? '{"message":{"content":"' : 'data: {"choices":[{"delta":{"content":"',
	...Array.from({ length: 10 }, () => 'x'.repeat(MEGABYTE)),
];

function gzip(protocol: Dialect, times: number): RawAnswer {
	let bytes: Buffer = Buffer.from(whole(protocol) + ' '.repeat(MEGABYTE));
	for (let n = 0; n < times; n++) bytes = gzipSync(bytes);
	return encoded(protocol, bytes, Array.from({ length: times }, () => 'gzip').join(', '));
}

function encoded(protocol: Dialect, bytes: Buffer, encoding: string): RawAnswer {
	const head = `HTTP/1.1 200 OK\r\ncontent-type: ${upstreamFrames[protocol].type}\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${bytes.length}\r\n\r\n`;
	return { pieces: [head, bytes], ending: 'keep' };
}

/** HTTP that is none. */
function badHttp(protocol: Dialect): Malformed[] {
	const { type } = upstreamFrames[protocol];
	const text = whole(protocol);
	const size = Buffer.byteLength(text);
	const head = (line: string, ...headers: string[]): string =>
		`${line}\r\ncontent-type: ${type}\r\n${headers.map((header) => `${header}\r\n`).join('')}\r\n`;
	const ok = 'HTTP/1.1 200 OK';
	const of = (name: string, pieces: string[], expected: Expected = 'error'): Malformed => ({
		name,
		answer: { pieces, ending: 'fin' },
		expected,
	});
	return [
		of('nothing at all', []),
		of('no HTTP', ['hello\r\n\r\n']),
		of('HTTP/0.9', [text]),
		of('half a status line', ['HTTP/1.1 20']),
		of('a status of letters', [head('HTTP/1.1 abc X', `content-length: ${size}`), text]),
		of('status 999', [head('HTTP/1.1 999 X', `content-length: ${size}`), text]),
		of('status 204', [head('HTTP/1.1 204 X')]),
		of('status 304', [head('HTTP/1.1 304 X')]),
		of('status 101', [head('HTTP/1.1 101 X', 'connection: upgrade', 'upgrade: x'), text]),
		of(
			'status 100 for ever',
			Array.from({ length: 50 }, () => 'HTTP/1.1 100 Continue\r\n\r\n'),
		),
		of('a header without end', [`${ok}\r\nx: ${'y'.repeat(200_000)}`]),
		of('thousands of headers', [head(ok, ...Array.from({ length: 5_000 }, (_, n) => `x-${n}: y`)), text]),
		of('a header with a NUL', [head(ok, 'x: \0', `content-length: ${size}`), text]),
		of('length too large', [head(ok, `content-length: ${size + 99}`), text], 'either'),
		of('length too small', [head(ok, `content-length: ${Math.floor(size / 2)}`), text]),
		of('length below zero', [head(ok, 'content-length: -5'), text]),
		of('two lengths', [head(ok, 'content-length: 5', `content-length: ${size}`), text]),
		of(
			'length and chunks',
			[head(ok, 'content-length: 5', 'transfer-encoding: chunked'), String(streamChunk(text))],
			'either',
		),
		of('chunk of no size', [head(ok, 'transfer-encoding: chunked'), 'zz\r\nhello\r\n']),
		of('chunk of too great a size', [head(ok, 'transfer-encoding: chunked'), 'ffffffffffffffff\r\nhello']),
		of('chunk of less than it says', [head(ok, 'transfer-encoding: chunked'), 'ff\r\nhello\r\n0\r\n\r\n'], 'either'),
		of('unknown transfer encoding', [head(ok, 'transfer-encoding: brotli'), text], 'either'),
		of('no length, ended by FIN', [head(ok), text], 'whole'),
		of(
			'folded headers',
			[`${ok}\r\ncontent-type: ${type}\r\nx: a\r\n b\r\ncontent-length: ${size}\r\n\r\n`, text],
			'either',
		),
		...[300, 301, 302, 307, 308].map((status) =>
			of(`status ${status} elsewhere`, [
				head(`HTTP/1.1 ${status} X`, 'location: http://127.0.0.1:9/', 'content-length: 0'),
			]),
		),
	];
}
