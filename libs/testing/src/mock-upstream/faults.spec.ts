import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type MockUpstream, startMockUpstream } from './mock-upstream.js';

let mock: MockUpstream;
beforeAll(async () => {
	mock = await startMockUpstream();
});
afterAll(async () => mock.close());

const body = (model: string, stream = true): string =>
	JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'hi' }] });

/** What a bare socket sees: the raw bytes and how the connection ended. */
async function raw(
	model: string,
	options: { stream?: boolean; keepAlive?: boolean } = {},
): Promise<{ bytes: Buffer; end: string }> {
	const payload = body(model, options.stream);
	const socket = connect(mock.port, '127.0.0.1');
	const connection = options.keepAlive ? 'keep-alive' : 'close';
	socket.write(
		`POST /v1/chat/completions HTTP/1.1\r\nhost: mock\r\nconnection: ${connection}\r\ncontent-length: ${payload.length}\r\n\r\n${payload}`,
	);
	const parts: Buffer[] = [];
	socket.on('data', (part: Buffer) => parts.push(part));
	const reset = once(socket, 'error').then(([error]: { code?: string }[]) => error?.code ?? 'error');
	const end = await Promise.race([reset, once(socket, 'end').then(() => 'FIN')]);
	socket.destroy();
	return { bytes: Buffer.concat(parts), end };
}

const words = (bytes: Buffer): string[] => bytes.toString().match(/(?<="content":")[^"]+/g) ?? [];
const lastCall = (): MockUpstream['calls'][number] | undefined => mock.calls.at(-1);

describe('a stream that breaks', () => {
	it('is reset after k chunks', async () => {
		const { bytes, end } = await raw('mock:chunks=9,reset_at=3');
		expect(end).toBe('ECONNRESET');
		expect(words(bytes)).toEqual(['w0', ' w1', ' w2']);
		expect(lastCall()).toMatchObject({ state: 'reset', sentChunks: 3, sentTokens: 3, usageSent: null });
	});

	it('is reset after the last chunk, before the finish', async () => {
		const { bytes, end } = await raw('mock:chunks=2,reset_at=2');
		expect([end, words(bytes).length]).toEqual(['ECONNRESET', 2]);
		expect(bytes.toString()).not.toContain('"finish_reason":"stop"');
	});

	it('ends in the middle of the HTTP body', async () => {
		const { bytes, end } = await raw('mock:fin_at=2');
		expect([end, words(bytes).length]).toEqual(['FIN', 2]);
		expect(bytes.toString().endsWith('0\r\n\r\n')).toBe(false);
	});

	it('ends well for HTTP, but without a terminal event', async () => {
		const { bytes, end } = await raw('mock:end_at=2');
		expect([end, words(bytes).length]).toEqual(['FIN', 2]);
		expect(bytes.toString()).not.toContain('[DONE]');
		expect(bytes.toString().endsWith('0\r\n\r\n')).toBe(true);
		expect(lastCall()?.state).toBe('finished');
	});

	it('ends in half a chunk', async () => {
		const { bytes } = await raw('mock:half_at=1');
		expect(words(bytes)).toEqual(['w0']);
		expect(bytes.toString().trimEnd().endsWith('}')).toBe(false);
	});

	it('ends in half a character', async () => {
		const { bytes } = await raw('mock:utf8_at=1');
		expect(bytes.toString().trimEnd().endsWith('w1\u{FFFD}')).toBe(true);
	});

	it('carries an error event and ends', async () => {
		const text = (await raw('mock:error_at=1')).bytes.toString();
		expect(text).toContain('data: {"error":{"message"');
		expect(text).not.toContain('[DONE]');
	});

	it('carries rubbish and goes on', async () => {
		const text = (await raw('mock:chunks=3,garbage_at=1')).bytes.toString();
		expect(text).toContain('"delta":{"content":\n\n');
		expect(words(Buffer.from(text))).toEqual(['w0', ' w1', ' w2']);
		expect(text).toContain('[DONE]');
	});
});

describe('silence', () => {
	it('hangs before the headers until the client leaves, and knows how soon it knew', async () => {
		const controller = new AbortController();
		const answer = fetch(`${mock.url}/v1/chat/completions`, {
			method: 'POST',
			body: body('mock:hang'),
			signal: controller.signal,
		});
		const { id } = await mock.waitForCall((call) => call.model === 'mock:hang');
		const left = Date.now();
		controller.abort();
		await expect(answer).rejects.toThrow('aborted');
		await mock.waitForCall((call) => call.id === id && call.state === 'aborted');
		const told = mock.tellAbort(id, left);
		expect(told).toMatchObject({ status: 0, sentChunks: 0, abortLatencyMs: expect.any(Number) });
		expect(told.abortLatencyMs).toBeLessThan(1_000);
	});

	it('stalls in the stream', async () => {
		const controller = new AbortController();
		await fetch(`${mock.url}/v1/chat/completions`, {
			method: 'POST',
			body: body('mock:stall_at=2'),
			signal: controller.signal,
		});
		const stalled = await mock.waitForCall((call) => call.model === 'mock:stall_at=2' && call.sentChunks === 2);
		expect(stalled.state).toBe('open');
		controller.abort();
		await mock.waitForCall((call) => call.id === stalled.id && call.state === 'aborted');
		expect(stalled.sentChunks).toBe(2);
	});

	it('keeps its pace', async () => {
		const started = performance.now();
		await raw('mock:chunks=4,first_byte_ms=20,first_chunk_ms=20,delay_ms=10');
		expect(performance.now() - started).toBeGreaterThanOrEqual(65);
		const before = performance.now();
		await raw('mock:chunks=4,first_byte_ms=20,delay_ms=10', { stream: false });
		expect(performance.now() - before).toBeGreaterThanOrEqual(55);
	});
});

describe('other answers', () => {
	const answer = async (option: string): Promise<Response> =>
		fetch(`${mock.url}/v1/chat/completions`, { method: 'POST', body: body(`mock:${option}`), redirect: 'manual' });

	it.each([500, 429, 401])('status=%i carries an error body', async (status) => {
		const response = await answer(`status=${status}`);
		expect(response.status).toBe(status);
		expect(await response.json()).toMatchObject({ error: { message: expect.any(String) } });
	});

	it.each([
		['redirect', 302, '/redirected'],
		['redirect=/x,redirect_status=307', 307, '/x'],
	])('%s is %i to %s', async (option, status, location) => {
		const response = await answer(option);
		expect([response.status, response.headers.get('location')]).toEqual([status, location]);
	});

	it('is a page, or no JSON, or a bomb, with 200', async () => {
		expect(await (await answer('html')).text()).toContain('<html>');
		await expect((await answer('garbage')).json()).rejects.toThrow('JSON');
		expect((await (await answer('gzip_bomb=1000000')).arrayBuffer()).byteLength).toBe(1_000_000);
	});

	it('fails the first calls only', async () => {
		const call = async (): Promise<number> => {
			const response = await fetch(`${mock.url}/v1/chat/completions`, {
				method: 'POST',
				body: body('mock:status=503,fail_first=2'),
			});
			await response.arrayBuffer();
			return response.status;
		};
		expect([await call(), await call(), await call()]).toEqual([503, 503, 200]);
	});

	it('refuses a connection', async () => {
		expect((await raw('mock:refuse')).end).toBe('ECONNRESET');
	});

	it('sends an endless line and a big answer', async () => {
		const line = (await raw('mock:long_line=300000')).bytes;
		expect(line.length).toBeGreaterThan(300_000);
		expect(line.toString()).not.toContain('[DONE]');
		const big = (await raw('mock:big=1000000')).bytes;
		expect(big.length).toBeGreaterThan(1_000_000);
		expect(lastCall()).toMatchObject({ sentChunks: 62, state: 'finished' });
	});

	it('cuts, delays or lengthens the body', async () => {
		const plain = words((await raw('mock:chunks=3')).bytes);
		for (const option of ['crlf', 'comments', 'content_type=text/plain']) {
			expect(words((await raw(`mock:chunks=3,${option}`)).bytes)).toEqual(plain);
		}
		const response = await fetch(`${mock.url}/v1/chat/completions`, {
			method: 'POST',
			body: body('mock:chunks=3,split_bytes=1,unicode'),
		});
		expect(words(Buffer.from(await response.arrayBuffer()))).toEqual(['w0é', ' w1€', ' w2😀']);
		expect((await raw('mock:length_delta=5', { stream: false })).end).toBe('FIN');
		const half = await raw('mock:half_at=1', { stream: false });
		expect(half.bytes.toString()).toContain('content-length');
	});

	it('writes more than it should', async () => {
		const events = (await raw('mock:chunks=1,extra_events')).bytes.toString();
		expect(events.indexOf('" extra"')).toBeGreaterThan(events.indexOf('[DONE]'));
		const socket = connect(mock.port, '127.0.0.1');
		const payload = body('mock:chunks=1,extra_response');
		socket.write(
			`POST /v1/chat/completions HTTP/1.1\r\nhost: mock\r\ncontent-length: ${payload.length}\r\n\r\n${payload}`,
		);
		let text = '';
		for await (const part of socket) {
			text += String(part);
			if (text.includes('foreign')) break;
		}
		expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
	});
});
