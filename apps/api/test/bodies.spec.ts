import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import { sendRaw } from './support/raw-socket.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

type Body = string | Uint8Array<ArrayBuffer>;

interface Failure {
	readonly error: { readonly code: string };
	readonly errors: readonly { readonly field: string; readonly code: string }[];
}

describe('request bodies of the platform API', () => {
	let api: TestApi;
	let tenant: Tenant;
	const startedAt = performance.now();
	beforeAll(async () => {
		await freshDatabase();
		api = await startApi();
		tenant = await addTenant(testConfig('api'));
	});
	afterAll(() => api.stop());

	const post = (body: Body | undefined, type: string | undefined = 'application/json') =>
		fetch(`${api.url}/api/v1/projects`, {
			method: 'POST',
			headers: { authorization: `Bearer ${tenant.key}`, ...(type === undefined ? {} : { 'content-type': type }) },
			...(body === undefined ? {} : { body }),
		});
	const refused = async (body: Body | undefined, type?: string) => {
		const answer = await post(body, type);
		return { status: answer.status, code: ((await answer.json()) as Failure).error.code };
	};
	/** The bytes of the header are the test's: fetch would repair some. */
	const raw = async (headers: string, body: string | Buffer) => {
		const bytes = Buffer.from(body);
		const head = `POST /api/v1/projects HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tenant.key}\r\nconnection: close\r\n${headers}content-length: ${bytes.length}\r\n\r\n`;
		return sendRaw(api.port, Buffer.concat([Buffer.from(head), bytes]));
	};

	it.each([
		['nothing', undefined, 'validation_failed'],
		['an empty body', '', 'validation_failed'],
		['null', 'null', 'invalid_json'],
		['a number', '1', 'invalid_json'],
		['a string', '"x"', 'invalid_json'],
		['an array', '[]', 'invalid_json'],
		['true', 'true', 'invalid_json'],
		['a truncated object', '{"name":"x"', 'invalid_json'],
		['a truncated string', '{"name":"x', 'invalid_json'],
		['rubbish after it', '{"name":"x"} y', 'invalid_json'],
		['two of them', '{"name":"x"}{"other":"y"}', 'invalid_json'],
		['single quotes', "{'name':'x'}", 'invalid_json'],
		['a comment', '{"name":"x"/**/}', 'invalid_json'],
		['a raw newline in a string', '{"name":"a\nb"}', 'invalid_json'],
		['NaN', '{"name":NaN}', 'invalid_json'],
		['Infinity', '{"name":Infinity}', 'invalid_json'],
		['a bare NUL', '{"name":"x"}\u0000', 'invalid_json'],
		['a byte order mark', '\uFEFF{"name":"x"}', 'invalid_json'],
		['1e999', '{"name":1e999}', 'validation_failed'],
		['2^53+1', '{"name":9007199254740993}', 'validation_failed'],
		['the wrong type', '{"name":{"a":1}}', 'validation_failed'],
		['null in a field', '{"name":null}', 'validation_failed'],
		['an unknown field', '{"name":"x","id":"y"}', 'validation_failed'],
		['a duplicate key', '{"name":"x","name":"y"}', 'duplicate_field'],
		['an escaped duplicate key', String.raw`{"name":"x","n\u0061me":"y"}`, 'duplicate_field'],
		['__proto__', '{"__proto__":{"polluted":1},"name":"x"}', 'forbidden_field'],
		['an escaped __proto__', String.raw`{"\u005f_proto__":{"polluted":1},"name":"x"}`, 'forbidden_field'],
		['a deep __proto__', '{"name":"x","a":[{"b":{"__proto__":{"polluted":1}}}]}', 'forbidden_field'],
		['constructor.prototype', '{"name":"x","constructor":{"prototype":{"polluted":1}}}', 'forbidden_field'],
	])('%s is 400', async (_name, body, code) => {
		expect(await refused(body)).toEqual({ status: 400, code });
		expect(({} as Record<string, unknown>).polluted).toBeUndefined();
	});

	it.each([
		['overlong encoding', Buffer.from([0xc0, 0xaf])],
		['lone continuation byte', Buffer.from([0x80])],
		['UTF-16 surrogate', Buffer.from([0xed, 0xa0, 0x80])],
		['latin1', Buffer.from([0xe9])],
	])('invalid UTF-8 (%s) is 400', async (_name, bytes) => {
		const body = Uint8Array.from([...Buffer.from('{"name":"'), ...bytes, ...Buffer.from('"}')]);
		expect(await refused(body)).toEqual({ status: 400, code: 'invalid_encoding' });
	});

	const keys = `{${Array.from({ length: 100 }, (_, n) => `"k${n}":1`).join(',')}}`;
	const deep = (levels: number) => `{"name":${'['.repeat(levels)}${']'.repeat(levels)}}`;
	it.each([
		['65 levels', deep(64), 'too_deep'],
		['4,175 levels', deep(4_175), 'too_deep'],
		['500,000 levels that never end', `{"name":${'['.repeat(500_000)}`, 'too_deep'],
		['objects 70 deep', `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`, 'too_deep'],
		['10,001 keys', `{"name":[${Array.from({ length: 101 }, () => keys).join(',')}]}`, 'too_many_keys'],
		['10,001 keys of one object', `{${'"k":1,'.repeat(10_001)}"l":1}`, /too_many|duplicate/],
		['10,001 items', `{"name":[${'1,'.repeat(10_000)}1]}`, 'too_many_items'],
	])('%s are 400', async (_name, body, code) => {
		const answer = await refused(body);
		expect(answer.status).toBe(400);
		expect(answer.code).toMatch(code);
	});
	it('64 levels are read', async () => {
		expect(await refused(deep(63))).toEqual({ status: 400, code: 'validation_failed' });
	});

	const good = '{"name":"typed"}';
	it.each([
		['application/json', 201],
		['APPLICATION/JSON', 201],
		['application/json;charset=utf-8', 201],
		['application/json; charset="UTF-8"', 201],
		['application/json;', 201],
	])('Content-Type %s is read as JSON', async (type, status) => {
		await asOwner(`DELETE FROM projects WHERE name = 'typed'`);
		const { statuses } = await raw(`content-type: ${type}\r\n`, good);
		expect(statuses).toEqual([status]);
	});
	it.each([
		'',
		'content-type: \r\n',
		'content-type: text/plain\r\n',
		'content-type: application/json\ta\r\n',
		'content-type: application/json a\r\n',
		'content-type: application/json,text/plain\r\n',
		'content-type: application/json; charset=utf-7\r\n',
		'content-type: application/json; charset=utf-16\r\n',
		'content-type: application/json; charset=utf-8; charset=utf-16\r\n',
		'content-type: application/json; boundary=x\r\n',
		'content-type: application/json+x\r\n',
		'content-type: application/problem+json\r\n',
		'content-type: application/jsonx\r\n',
		'content-type: json\r\n',
		'content-type: application/x-www-form-urlencoded\r\n',
		'content-type: multipart/form-data; boundary=x\r\n',
		'content-type: text/plain\r\ncontent-type: application/json\r\n',
		'content-type: application/json\r\ncontent-type: text/plain\r\n',
		'content-type: application/json\r\ncontent-type: application/json\r\n',
	])('%j is 415 or the same validation, never less', async (header) => {
		for (const body of [good, '{"name":1,"other":2}', 'name=x']) {
			const { statuses } = await raw(header, body);
			expect(statuses).toEqual([415]);
		}
	});

	const part = (head: string, body = 'x') => `--b\r\n${head}\r\n\r\n${body}\r\n`;
	it.each([
		['no boundary', 'multipart/form-data', part('content-disposition: form-data; name="a"')],
		[
			'an empty field name',
			'multipart/form-data; boundary=b',
			`${part('content-disposition: form-data; name=""')}--b--`,
		],
		['unclosed', 'multipart/form-data; boundary=b', part('content-disposition: form-data; name="a"')],
		[
			'10,000 parts',
			'multipart/form-data; boundary=b',
			part('content-disposition: form-data; name="a"').repeat(10_000),
		],
		[
			'a 1 MB header',
			'multipart/form-data; boundary=b',
			part(`content-disposition: form-data; name="${'a'.repeat(1_000_000)}"`),
		],
		[
			'an absolute path',
			'multipart/form-data; boundary=b',
			part('content-disposition: form-data; name="f"; filename="/etc/passwd"; filename*=UTF-8\'\'x'),
		],
		['nested', 'multipart/mixed; boundary=b', part('content-type: multipart/mixed; boundary=c', '--c\r\n\r\n')],
	])('multipart with %s is refused', async (_name, type, body) => {
		for (const path of ['/api/v1/projects', '/api/v1/auth/login', '/v1/chat/completions', '/api/chat']) {
			const headers = { authorization: `Bearer ${tenant.key}`, 'content-type': type };
			const answer = await fetch(api.url + path, { method: 'POST', headers, body });
			expect([400, 413, 415]).toContain(answer.status);
		}
	});

	it('a body above the limit is 413 before it is there, and is not kept', async () => {
		const head = (length: string) =>
			`POST /api/v1/projects HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tenant.key}\r\ncontent-type: application/json\r\n${length}\r\n\r\n`;
		const announced = await sendRaw(api.port, head(`content-length: ${100 * 1024 * 1024}`)); // not one byte of it follows
		expect(announced.statuses).toEqual([413]);
		expect(announced.text).toMatch(/connection: close/i);
		const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
		const before = process.memoryUsage().arrayBuffers;
		const chunked = await sendRaw(api.port, head('transfer-encoding: chunked') + chunk.repeat(64)); // 4 MiB without an end
		expect(chunked.statuses).toEqual([413]);
		expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
	});

	it.each(['/api/v1/projects', '/v1/chat/completions'])(
		'a body somewhat above the limit of %s loses no answer',
		async (path) => {
			const agent = new Agent({ keepAlive: true, maxSockets: 1 });
			const limit = path.startsWith('/api') ? 1_048_576 : 33_554_432;
			const post = (body: Buffer): Promise<{ status: number | undefined; isClosed: boolean }> =>
				new Promise((resolve, reject) => {
					const headers = { authorization: `Bearer ${tenant.key}`, 'content-type': 'application/json' };
					const sent = request(
						{ port: api.port, host: '127.0.0.1', method: 'POST', path, headers, agent },
						(answer) => {
							answer
								.resume()
								.on('end', () =>
									resolve({ status: answer.statusCode, isClosed: answer.headers.connection === 'close' }),
								);
						},
					);
					sent.on('error', reject);
					sent.setHeader('content-length', body.length);
					sent.end(body);
				});
			expect(await post(Buffer.alloc(limit + 1, ' '))).toEqual({ status: 413, isClosed: false });
			expect(await post(Buffer.from('{}'))).toEqual({ status: 400, isClosed: false });
			agent.destroy();
		},
	);

	it('brackets in a query reach no prototype', async () => {
		const query = 'a[__proto__][polluted]=1&__proto__[polluted]=1&constructor[prototype][polluted]=1&__proto__=1';
		const headers = { authorization: `Bearer ${tenant.key}` };
		const answer = await fetch(`${api.url}/api/v1/projects?${query}`, { headers });
		expect(answer.status).toBe(400);
		expect(((await answer.json()) as Failure).errors.map(({ code }) => code)).toEqual(
			expect.arrayContaining(['unknown_field']),
		);
		expect(({} as Record<string, unknown>).polluted).toBeUndefined();
	});

	it('NUL and lone surrogates in text are stored or refused, never a 500', async () => {
		for (const name of ['a\u0000b', '\uD800', 'x\uDFFFy', '\u2028 \u202E', '😀']) {
			const answer = await post(JSON.stringify({ name }));
			expect([201, 400, 409]).toContain(answer.status);
		}
	});

	it('and the process never stopped', async () => {
		expect((await fetch(`${api.url}/health`)).status).toBe(200);
		expect(process.uptime() * 1_000).toBeGreaterThan(performance.now() - startedAt);
		expect(api.logLines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
	});
});
