import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase, testConfig } from '#libs/testing';
import { sendRaw, split } from './support/raw-socket.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

describe('bytes on the public port', () => {
	let api: TestApi;
	let tenant: Tenant;
	beforeAll(async () => {
		await freshDatabase();
		api = await startApi({}, { limits: { headersTimeout: 400, requestTimeout: 800, checkEvery: 50 } });
		tenant = await addTenant(testConfig('api'));
	});
	afterAll(() => api.stop());

	const post = 'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n';
	const smuggled = 'GET /health HTTP/1.1\r\nHost: x\r\nX-Smuggled: 1\r\n\r\n';
	it.each([
		['length and chunks', `${post}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
		['chunks and length', `${post}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n${smuggled}`],
		['two lengths', `${post}Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`],
		['two equal lengths', `${post}Content-Length: 0\r\nContent-Length: 0\r\n\r\n${smuggled}`],
		['a list of lengths', `${post}Content-Length: 0, 0\r\n\r\n${smuggled}`],
		['a signed length', `${post}Content-Length: +0\r\n\r\n${smuggled}`],
		['a hexadecimal length', `${post}Content-Length: 0x10\r\n\r\n${smuggled}`],
		['a length beyond numbers', `${post}Content-Length: 99999999999999999999\r\n\r\n${smuggled}`],
		['an unknown coding', `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`],
		['chunked that is not last', `${post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`],
		['chunked twice', `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${smuggled}`],
		['a space before the colon', `${post}Content-Length : 5\r\n\r\n${smuggled}`],
		['a space before a coding', `${post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`],
		['a folded header', `${post}X-Folded: a\r\n Content-Length: 5\r\n\r\n${smuggled}`],
		['bare line feeds', `${post.replaceAll('\r\n', '\n')}Content-Length: 0\n\n${smuggled}`],
		['a bare carriage return', `${post}X-A: b\rContent-Length: 5\r\n\r\n${smuggled}`],
		['NUL in a header', `${post}X-A: a\u0000b\r\n\r\n${smuggled}`],
		['a chunk size that overflows', `${post}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n${smuggled}`],
		['a signed chunk size', `${post}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n${smuggled}`],
		['a chunk without its end', `${post}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n${smuggled}`],
		[
			'a huge chunk extension',
			`${post}Transfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(20_000)}\r\na\r\n0\r\n\r\n${smuggled}`,
		],
		['no version', `POST /v1/chat/completions\r\n\r\n${smuggled}`],
		['an unknown version', `POST /v1/chat/completions HTTP/3.7\r\nHost: x\r\n\r\n${smuggled}`],
		['no host', `POST /v1/chat/completions HTTP/1.1\r\n\r\n${smuggled}`],
		['TLS', Buffer.from('16030100a5010000a1', 'hex').toString('latin1')],
	])('%s: no second request is seen, the connection ends', async (_name, bytes) => {
		const { statuses, text } = await sendRaw(api.port, Buffer.from(bytes, 'latin1'));
		expect(statuses.length).toBeLessThanOrEqual(1);
		for (const status of statuses) expect([400, 401, 413, 431]).toContain(status);
		expect(text).not.toContain('healthy');
	});

	it('a tab or spaces around "chunked" are the same coding', async () => {
		const request = `${post}Connection: close\r\nTransfer-Encoding:  chunked \r\n\r\n0\r\n\r\n`;
		expect((await sendRaw(api.port, request)).statuses).toEqual([401]);
	});

	it('malformed requests are answered in the shape of their path', async () => {
		const shapes: [string, object][] = [
			['/api/v1/keys', { success: false, error: { code: 'bad_request' } }],
			['/v1/models', { type: 'error', error: { type: 'invalid_request_error', code: 'bad_request' } }],
			['/anthropic/v1/messages', { type: 'error', error: { type: 'invalid_request_error' } }],
			['/api/tags', { error: expect.any(String) }],
		];
		for (const [path, shape] of shapes) {
			const { text } = await sendRaw(api.port, `GET ${path} HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n`);
			expect(text).toMatch(/^HTTP\/1\.1 400 [\s\S]*\r\nrequest-id: [\s\S]*\r\nconnection: close\r\n/);
			expect(JSON.parse(split(text).body)).toMatchObject(shape);
		}
	});

	it.each([
		['/api/v1/projects', { error: { code: 'headers_too_large' } }],
		['/v1/models', { error: { type: 'invalid_request_error', code: 'headers_too_large' } }],
		['/api/tags', { error: expect.any(String) }],
	])('too large headers are 431 in the shape of %s', async (path, shape) => {
		const { text } = await sendRaw(
			api.port,
			`GET ${path} HTTP/1.1\r\nHost: x\r\nX-Large: ${'a'.repeat(20_000)}\r\n\r\n`,
		);
		expect(text).toMatch(/^HTTP\/1\.1 431 /);
		expect(JSON.parse(split(text).body)).toMatchObject(shape);
	});

	it.each([9_000, 20_000, 100_000])('a URL of %d characters is 414', async (length) => {
		const { text } = await sendRaw(
			api.port,
			`GET /v1/${'a'.repeat(length)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
		);
		expect(text).toMatch(/^HTTP\/1\.1 414 /);
		expect(JSON.parse(split(text).body)).toMatchObject({ error: { code: 'uri_too_long' } });
	});

	/** Sends the start, then one byte every 20 ms, until the server ends it. */
	async function drip(start: string): Promise<string> {
		let text = '';
		const socket = connect(api.port, '127.0.0.1', () => socket.write(start));
		const timer = setInterval(() => socket.writable && socket.write('a'), 20);
		socket.on('data', (chunk) => (text += chunk.toString()));
		socket.on('error', () => undefined);
		await new Promise((resolve) => socket.once('close', resolve));
		clearInterval(timer);
		return text;
	}

	it('a request that drips in is cut off; a complete one may wait', async () => {
		const patient = connect(api.port, '127.0.0.1');
		patient.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
		await new Promise((resolve) => patient.once('data', resolve));
		const headers = await drip('GET /v1/models HTTP/1.1\r\nHost: x\r\nX-Slow: ');
		expect(headers).toMatch(/^HTTP\/1\.1 408 /);
		const body = await drip(
			`POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\nAuthorization: Bearer ${tenant.key}\r\n\r\n{`,
		);
		expect(body).toMatch(/^HTTP\/1\.1 408 /);
		expect(JSON.parse(split(body).body)).toMatchObject({ type: 'error', error: { code: 'request_timeout' } });
		expect(patient.destroyed || patient.readableEnded).toBe(false); // the limits are about requests, not connections
		patient.destroy();
	});

	it('no value of a request can split a header or a line of an answer', async () => {
		const values = ['a\\r\\nx-injected: 1', '%0d%0ax-injected:%201', 'a%0Aset-cookie:%20x=1', '\u2028x-injected: 1'];
		for (const value of values) {
			const header = value.replaceAll(/[^\x20-\x7e]/g, '?');
			const requests = [
				`GET /api/v1/${encodeURI(value).replaceAll('%25', '%')} HTTP/1.1\r\nHost: x\r\n`,
				`GET /health HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${header}\r\nOrigin: ${header}\r\nReferer: ${header}\r\n`,
				`OPTIONS /v1/models HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nAccess-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: ${header}\r\n`,
			];
			for (const request of requests) {
				const { text } = await sendRaw(api.port, `${request}Connection: close\r\n\r\n`);
				expect(text).toMatch(/^HTTP\/1\.1 \d{3} /);
				expect(split(text).head).not.toMatch(/^(?:x-injected|set-cookie)/im);
			}
		}
	});
});
