import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase, testConfig } from '#libs/testing';
import { sendRaw, split } from './support/raw-socket.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

describe('errors', () => {
	let api: TestApi;
	let tenant: Tenant;
	let viewer: Tenant;
	beforeAll(async () => {
		await freshDatabase();
		api = await startApi();
		tenant = await addTenant(testConfig('api'));
		viewer = await addTenant(testConfig('api'), 'viewer');
	});
	afterAll(() => api.stop());

	const envelope = (code: string) => ({
		success: false,
		data: null,
		message: expect.any(String),
		errors: expect.any(Array),
		error: {
			code,
			message: expect.any(String),
			service: 'parallama-api',
			requestId: expect.stringMatching(/^[\w-]{8,64}$/),
		},
	});
	const vendor = (type: string, code: string) => ({
		type: 'error',
		error: { type, message: expect.any(String), param: null, code },
		request_id: expect.stringMatching(/^[\w-]{8,64}$/),
	});
	const ollama = { error: expect.any(String) };

	async function ask(path: string, init: RequestInit = {}) {
		const response = await fetch(api.url + path, init);
		const ids = [response.headers.get('x-request-id'), response.headers.get('request-id')];
		expect(ids[0]).toMatch(/^[\w-]{8,64}$/);
		expect(ids[1]).toBe(ids[0]);
		expect(response.headers.get('content-type')).toMatch(/^application\/json/);
		return { status: response.status, body: (await response.json()) as object, headers: response.headers };
	}

	const anthropicVersion = { 'anthropic-version': '2023-06-01' };
	it.each([
		['/nowhere', {}, envelope('not_found')],
		['/api/v1', {}, envelope('not_found')],
		['/api/v1/nowhere?x=/v1', {}, envelope('not_found')],
		['/api/v1/nowhere', anthropicVersion, envelope('not_found')],
		['/api', {}, ollama],
		['/api/nowhere', {}, ollama],
		['/api/v10', {}, ollama],
		['/api/signout', {}, ollama],
		['/ollama/nowhere', anthropicVersion, ollama],
		['/anthropic', {}, vendor('not_found_error', 'not_found')],
		['/anthropic/v1/files', {}, vendor('not_found_error', 'unsupported_endpoint')],
		['/v1/files', anthropicVersion, vendor('not_found_error', 'unsupported_endpoint')],
		['/v1/messages/batches', {}, vendor('not_found_error', 'unsupported_endpoint')],
		['/v1/nowhere', anthropicVersion, vendor('not_found_error', 'not_found')],
		['/nowhere', anthropicVersion, vendor('not_found_error', 'not_found')],
		['/v1', {}, vendor('invalid_request_error', 'not_found')],
		['/v1/nowhere', {}, vendor('invalid_request_error', 'not_found')],
		['/v1/responses/resp_1', {}, vendor('invalid_request_error', 'unsupported_endpoint')],
		['/openai/v1/images/generations', {}, vendor('invalid_request_error', 'unsupported_endpoint')],
		['/v1x', {}, envelope('not_found')],
	])('404 of %s %j has the shape of its prefix', async (path, headers, shape) => {
		const answer = await ask(path, { headers: { ...headers } });
		expect(answer).toMatchObject({ status: 404, body: shape });
		expect(Object.keys(answer.body).toSorted()).toEqual(Object.keys(shape).toSorted());
	});

	it.each([
		['POST', '/api/v1/providers/x', {}, 405, envelope('method_not_allowed')],
		['GET', '/v1/chat/completions', {}, 405, vendor('invalid_request_error', 'method_not_allowed')],
		['GET', '/api/chat', {}, 405, ollama],
		['PUT', '/health', {}, 405, envelope('method_not_allowed')],
		['POST', '/api/v1/projects', {}, 401, envelope('missing_credentials')],
		['POST', '/v1/chat/completions', {}, 401, vendor('invalid_request_error', 'invalid_api_key')],
		['POST', '/v1/chat/completions', anthropicVersion, 401, vendor('authentication_error', 'missing_credentials')],
		['POST', '/ollama/api/chat', {}, 401, ollama],
	])('%s %s %j is %d', async (method, path, headers, status, shape) => {
		const answer = await ask(path, { method, headers: { ...headers } });
		expect(answer).toMatchObject({ status, body: shape });
		if (status === 405) expect(answer.headers.get('allow')).toBeTruthy();
		if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
	});

	it('a missing permission is named, and is 403 in every shape', async () => {
		const headers = { authorization: `Bearer ${viewer.key}`, 'content-type': 'application/json' };
		const init = { method: 'POST', headers, body: '{"name":"x"}' };
		const platform = await ask('/api/v1/projects', init);
		expect(platform).toMatchObject({ status: 403, body: envelope('permission_denied') });
		expect(JSON.stringify(platform.body)).toContain('projects:write');
		expect(await ask('/v1/chat/completions', init)).toMatchObject({
			status: 403,
			body: vendor('invalid_request_error', 'permission_denied'),
		});
		expect(await ask('/api/chat', init)).toMatchObject({ status: 403, body: ollama });
	});

	it.each([
		['/api/v1/%zz', 400, envelope('bad_request')],
		['/v1/%E0%A4%A', 400, vendor('invalid_request_error', 'bad_request')],
		['/api/%', 400, ollama],
		['/anthropic/%c0%', 400, vendor('invalid_request_error', 'bad_request')],
	])('an undecodable URL %s is 400 in the shape of its prefix', async (path, status, shape) => {
		const { text } = await sendRaw(api.port, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
		expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
		expect(JSON.parse(split(text).body)).toMatchObject(shape);
		expect(text).toMatch(/\r\nrequest-id: /);
	});

	it('validation names each field with a code', async () => {
		const { status, body } = await ask('/api/v1/projects', {
			method: 'POST',
			headers: { authorization: `Bearer ${tenant.key}`, 'content-type': 'application/json' },
			body: JSON.stringify({ name: '  ', surprise: 1 }),
		});
		expect(status).toBe(400);
		expect(body).toMatchObject({
			error: { code: 'validation_failed' },
			errors: expect.arrayContaining([
				{ field: 'name', code: 'too_short', message: expect.any(String) },
				{ field: 'surprise', code: 'unknown_field', message: expect.any(String) },
			]),
		});
	});

	it("takes the caller's request id only when it is harmless", async () => {
		const good = await fetch(`${api.url}/health`, { headers: { 'x-request-id': 'client-id_0123' } });
		expect(good.headers.get('x-request-id')).toBe('client-id_0123');
		for (const bad of ['short', 'x'.repeat(65), 'has space in it', 'quote"injected', '${jndi:ldap://x}']) {
			const answer = await fetch(`${api.url}/health`, { headers: { 'x-request-id': bad } });
			expect(answer.headers.get('x-request-id')).not.toBe(bad);
		}
	});

	it('a cursor is opaque: altered, foreign and made-up ones are 400', async () => {
		const page = async (credential: string, cursor?: string) => {
			const query = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
			const answer = await fetch(`${api.url}/api/v1/projects?limit=1${query}`, {
				headers: { 'x-api-key': credential },
			});
			return (await answer.json()) as { data: { nextCursor: string } | null; error?: { code: string } };
		};
		const headers = { 'x-api-key': tenant.key, 'content-type': 'application/json' };
		await fetch(`${api.url}/api/v1/projects`, { method: 'POST', headers, body: '{"name":"Second"}' });
		const cursor = (await page(tenant.key)).data?.nextCursor ?? '';
		expect((await page(tenant.key, cursor)).data).not.toBeNull();
		const altered = cursor.slice(0, -2) + (cursor.endsWith('AA') ? 'BB' : 'AA');
		for (const [credential, wrong] of [
			[tenant.key, altered],
			[viewer.key, cursor],
			[tenant.key, 'x'],
			[tenant.key, Buffer.from('{"id":1}').toString('base64url')],
		] as const)
			expect((await page(credential, wrong)).error?.code).toBe('invalid_cursor');
	});

	it('a success is enveloped, a list has items and nextCursor', async () => {
		const headers = { authorization: `Bearer ${tenant.key}` };
		const body = await (await fetch(`${api.url}/api/v1/projects`, { headers })).json();
		expect(body).toEqual({
			success: true,
			data: { items: expect.arrayContaining([expect.objectContaining({ name: 'Default' })]), nextCursor: null },
			message: expect.any(String),
			errors: null,
		});
	});
});

describe('path variants', () => {
	let api: TestApi;
	beforeAll(async () => {
		await freshDatabase();
		api = await startApi();
	});
	afterAll(() => api.stop());

	const variantsOf = (path: string): string[] => [
		`${path}/`,
		`/${path}`,
		path.replace('/api', '/./api'),
		path.replace('/v1', '/x/../v1'),
		`${path};x=1`,
		`${path};/`,
		path.replace('api', '%61pi'),
		path.replace('api', '%2561pi'),
		path.toUpperCase(),
		path.replace('/v1/', '/v1%2f'),
		path.replace('/v1/', '/v1%5c'),
		`${path}%00`,
		`${path}%20`,
		`${path}.json`,
		`${path}?access_token=pl_x&key=pl_x&api_key=pl_x`,
		`${path}#x`,
		`http://127.0.0.1${path}`,
		`http://127.0.0.1/nowhere?${path}`,
		`*${path}`,
	];
	const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'SEARCH'];
	const common = ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'];

	it('never answer 2xx without credentials', async () => {
		const guarded = api.routes.all().filter(({ access }) => typeof access === 'object');
		const paths = [
			...new Set(guarded.map(({ url }) => url.replaceAll(/:\w+|\*/g, '01a1fad4-dab2-72de-a8be-e80b58f3235e'))),
		];
		expect(paths.length).toBeGreaterThan(15);
		for (const path of paths) {
			const requests = [
				...methods.map((method) => `${method} ${path}`),
				...variantsOf(path).flatMap((target) => common.map((method) => `${method} ${target}`)),
			];
			const pipeline = requests.map(
				(line) => `${line} HTTP/1.1\r\nhost: x\r\nx-http-method-override: GET\r\ncontent-length: 0\r\n\r\n`,
			);
			const { statuses } = await sendRaw(
				api.port,
				`${pipeline.join('')}GET /nowhere HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
			);
			expect(statuses).toHaveLength(requests.length + 1);
			const passed = statuses.flatMap((status, at) => (status < 300 ? [requests[at]] : []));
			expect(passed).toEqual([]);
		}
	});

	it('other HTTP methods than the documented ones are 404 or 405', async () => {
		for (const method of ['OPTIONS', 'TRACE', 'PROPFIND', 'PUT']) {
			const { statuses } = await sendRaw(
				api.port,
				`${method} /api/v1/projects HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
			);
			expect([404, 405]).toContain(statuses[0]);
		}
	});
});
