import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { asOwner, eventually, freshDatabase, testConfig } from '#libs/testing';
import { Ollama } from '../../../test/clients/index.js';
import { drain } from '../src/drain.js';
import { OllamaServer } from './support/ollama-server.js';
import { startApi, type TestApi } from './support/start-api.js';
import { accessToken, addMember, addSession, addTenant, type Tenant } from './support/tenants.js';

const SYSTEM = '00000000-0000-7000-8000-000000000001';
const BLOB_LIMIT = 32 * 1_048_576;

let api: TestApi;
let own: OllamaServer;
let shared: OllamaServer;
let tenant: Tenant;

beforeAll(async () => {
	await freshDatabase();
	[own, shared] = await Promise.all([OllamaServer.start(), OllamaServer.start()]);
	api = await startApi(
		{ OLLAMA_URL: shared.url, EGRESS_ALLOW: '127.0.0.1', BLOB_LIMIT_BYTES: String(BLOB_LIMIT) },
		{ limits: { requestTimeout: 400, headersTimeout: 300, checkEvery: 50 } },
	);
	tenant = await addTenant(testConfig('api'));
	const created = await send('POST', '/api/v1/providers', { name: 'gpu', kind: 'ollama', baseUrl: own.url });
	if (created.status !== 201) throw new Error(await created.text());
});
afterAll(async () => {
	await api?.stop();
	await Promise.all([own?.close(), shared?.close()]);
});
beforeEach(async () => {
	for (const server of [own, shared]) server.seen.length = 0;
	own.gate = Promise.resolve();
});

const send = (method: string, path: string, body?: object, key = tenant.key): Promise<Response> =>
	fetch(api.url + path, {
		method,
		headers: {
			authorization: `Bearer ${key}`,
			...(path.startsWith('/api/v1') ? { 'content-type': 'application/json' } : {}),
		},
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
const client = (key = tenant.key) =>
	new Ollama({ host: `${api.url}/ollama`, headers: { authorization: `Bearer ${key}` } });
const errorOf = async (answer: Response): Promise<string> => ((await answer.json()) as { error: string }).error;

interface AuditRow {
	action: string;
	result: string;
	target_id: string;
	after: { state: string; provider: string; error?: string };
}
/** What was recorded of a target, oldest first. */
const audited = (target: string, count: number): Promise<[string, string, string][]> =>
	eventually(async () => {
		const rows = await asOwner<AuditRow>('SELECT * FROM audit_events WHERE target_id = $1 ORDER BY id', [target]);
		return rows.length < count ? undefined : rows.map(({ action, result, after }) => [action, result, after.state]);
	});

describe('models of the own server', () => {
	it('are pulled with progress as it comes, are there afterwards, and it is on record', async () => {
		let open = (): void => undefined;
		own.gate = new Promise((resolve) => {
			open = resolve;
		});
		const seen: string[] = [];
		for await (const { status } of await client().pull({ model: 'gpu/llama3', stream: true })) {
			seen.push(status);
			if (seen.length === 1) open(); // the rest comes after the first has arrived
		}
		expect(seen).toEqual(['pulling manifest', 'pulling aa', 'success']);
		expect(JSON.parse(own.changes[0]?.body ?? '')).toMatchObject({ name: 'llama3' });
		expect((await client().list()).models.map(({ name }) => name)).toContain('llama3');
		expect(await audited('llama3', 2)).toEqual([
			['model.pull', 'success', 'asked'],
			['model.pull', 'success', 'done'],
		]);
		expect(shared.changes).toEqual([]);
		expect(await asOwner('SELECT 1 FROM usage_events')).toEqual([]);
		expect(await api.telemetry.metrics.text()).toMatch(
			/parallama_model_changes_total\{action="model.pull",result="success",service="parallama-api"\} 1/,
		);
	});

	it('are pulled at once, pushed, created, copied and removed', async () => {
		expect((await client().pull({ model: 'a' })).status).toBe('success');
		expect((await client().push({ model: 'a' })).status).toBe('success');
		expect((await client().create({ model: 'b', from: 'gpu/a' })).status).toBe('success');
		expect((await client().copy({ source: 'b', destination: 'c' })).status).toBe('success');
		expect((await client().delete({ model: 'b' })).status).toBe('success');
		const names = (await client().list()).models.map(({ name }) => name);
		expect([names.includes('c'), names.includes('b')]).toEqual([true, false]);
		expect(own.changes.map(({ method, path }) => `${method} ${path}`)).toEqual([
			'POST /api/pull',
			'POST /api/push',
			'POST /api/create',
			'POST /api/copy',
			'DELETE /api/delete',
		]);
		expect(JSON.parse(own.changes[2]?.body ?? '')).toMatchObject({ model: 'b', from: 'a' });
		await expect(client().delete({ model: 'none' })).rejects.toThrow(/not found/);
		expect(await audited('none', 2)).toContainEqual(['model.delete', 'failure', 'failed']);
	});

	it('a failure in the middle is a line, and on record', async () => {
		const { progress } = own;
		own.progress = [{ status: 'pulling manifest' }, { error: 'no space left' }];
		const answer = await send('POST', '/api/pull', { model: 'full' });
		own.progress = progress;
		const lines = (await answer.text()).trimEnd().split('\n');
		expect([answer.status, lines.length]).toEqual([200, 2]);
		expect(JSON.parse(lines[1] ?? '')).toEqual({ error: 'The upstream reported: no space left' });
		expect(await audited('full', 2)).toContainEqual(['model.pull', 'failure', 'failed']);
	});

	it('a client that leaves ends the pull at the server within a second', async () => {
		own.gate = new Promise(() => undefined);
		const leaving = new AbortController();
		const answer = await fetch(`${api.url}/api/pull`, {
			method: 'POST',
			headers: { authorization: `Bearer ${tenant.key}` },
			body: '{"model":"slow"}',
			signal: leaving.signal,
		});
		await answer.body?.getReader().read();
		const left = performance.now();
		leaving.abort();
		await eventually(() => own.changes.find(({ isAborted }) => isAborted));
		expect(performance.now() - left).toBeLessThan(1_000);
		expect(await audited('slow', 2)).toContainEqual(['model.pull', 'failure', 'failed']);
	});

	it.each([
		['{"model":7}', 400],
		['', 400],
		['{"model":"x","Model":"y"}', 400],
	])('%s is refused and reaches nobody', async (body, status) => {
		const answer = await fetch(`${api.url}/api/pull`, {
			method: 'POST',
			headers: { authorization: `Bearer ${tenant.key}` },
			body,
		});
		expect([answer.status, typeof (await errorOf(answer))]).toEqual([status, 'string']);
		expect(own.changes).toEqual([]);
	});
});

describe('who may change models', () => {
	const calls = [
		['POST', '/api/pull', 'models:pull'],
		['POST', '/ollama/api/push', 'models:push'],
		['POST', '/api/create', 'models:create'],
		['POST', '/api/copy', 'models:create'],
		['DELETE', '/api/delete', 'models:delete'],
		['POST', `/api/blobs/sha256:${'0'.repeat(64)}`, 'models:create'],
	] as const;

	it.each(['basic', 'viewer', 'premium'] as const)('a %s is told which permission it takes', async (role) => {
		const { key } = await addTenant(testConfig('api'), role);
		for (const [method, path, permission] of calls) {
			if (role === 'premium' && permission === 'models:pull') continue;
			const answer = await send(method, path, { model: 'x', source: 'x', destination: 'y' }, key);
			expect([path, answer.status, await errorOf(answer)]).toEqual([path, 403, expect.stringContaining(permission)]);
		}
		expect([...own.changes, ...shared.changes]).toEqual([]);
	});

	it('an organization without an Ollama server of its own changes none, not even the shared one', async () => {
		const { key } = await addTenant(testConfig('api'));
		for (const [method, path] of calls) {
			const answer = await send(method, path, { model: 'ollama/x', source: 'x', destination: 'y' }, key);
			expect([path, answer.status]).toEqual([path, 404]);
		}
		expect([...own.changes, ...shared.changes]).toEqual([]);
	});

	it('an operator of the installation changes the shared one', async () => {
		const person = await addTenant(testConfig('api'), 'viewer');
		const operator = { ...person, organizationId: SYSTEM };
		await asOwner('INSERT INTO memberships (organization_id, id, user_id) VALUES ($1, gen_random_uuid(), $2)', [
			SYSTEM,
			person.userId,
		]);
		await asOwner(
			`INSERT INTO user_roles (organization_id, id, user_id, role_organization_id, role_id)
				VALUES ($1, gen_random_uuid(), $2, $1, '00000000-0000-7000-8000-000000000106')`,
			[SYSTEM, person.userId],
		);
		const token = accessToken(testConfig('api'), operator, await addSession(operator));
		const answer = await send('POST', '/api/pull', { model: 'for-all', stream: false }, token);
		expect([answer.status, shared.changes.map(({ path }) => path)]).toEqual([200, ['/api/pull']]);
	});

	it('somebody limited to some models changes no others, and makes none of them', async () => {
		const { userId, key } = await addMember(testConfig('api'), tenant, undefined);
		const role = (await (
			await send('POST', '/api/v1/roles', {
				name: 'some',
				permissions: ['models:use', 'models:pull', 'models:create', 'models:delete'],
				models: { allow: ['llama*'] },
			})
		).json()) as { data: { id: string } };
		expect((await send('POST', '/api/v1/role-assignments', { userId, roleId: role.data.id })).status).toBe(201);
		for (const [method, path, body] of [
			['POST', '/api/pull', { name: 'secret' }],
			['DELETE', '/api/delete', { model: 'gpu/secret' }],
			['POST', '/api/copy', { source: 'secret', destination: 'llama-x' }],
			['POST', '/api/create', { model: 'llama-x', from: 'secret' }],
		] as const)
			expect([path, (await send(method, path, body, key)).status]).toEqual([path, 404]);
		expect(own.changes).toEqual([]);
		expect((await send('POST', '/api/pull', { model: 'llama-y' }, key)).status).toBe(200);
	});

	it('what reaches out needs the right to change providers, too', async () => {
		const { key } = await addTenant(testConfig('api'), 'premium');
		const answer = await send('POST', '/api/pull', { model: 'x', insecure: true }, key);
		expect([answer.status, await errorOf(answer)]).toEqual([403, expect.stringContaining('insecure')]);
	});
});

describe('files for models', () => {
	const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
	const upload = (digest: string, headers: Record<string, string | number> = {}) => {
		const request = httpRequest(`${api.url}/api/blobs/${digest}`, {
			method: 'POST',
			headers: { authorization: `Bearer ${tenant.key}`, ...headers },
		});
		const status = new Promise<number>((resolve, reject) => {
			request.on('response', (response) => {
				response.resume();
				resolve(response.statusCode ?? 0);
			});
			request.on('error', reject);
		});
		return { request, status };
	};

	it('go through as they come, and last as long as they take', async () => {
		const file = randomBytes(8 * 1_048_576);
		const digest = digestOf(file);
		expect((await send('HEAD', `/ollama/api/blobs/${digest}`)).status).toBe(404);
		const { request, status } = upload(digest, { 'content-length': file.length });
		const started = performance.now();
		const half = file.length / 2;
		request.write(file.subarray(0, half));
		const seen = await eventually(() => own.changes.find(({ method, bytes }) => method === 'POST' && bytes === half));
		// longer than any other request may take to arrive
		await eventually(() => (performance.now() - started > 1_200 ? true : undefined));
		request.end(file.subarray(half));
		expect([await status, seen.bytes, own.blobs.get(digest)]).toEqual([201, file.length, file.length]);
		expect((await send('HEAD', `/api/blobs/${digest}`)).status).toBe(200);
		expect(await audited(digest, 2)).toContainEqual(['model.upload', 'success', 'done']);
	});

	it('are refused above the limit, announced or not', async () => {
		const digest = digestOf(Buffer.from('x'));
		const announced = upload(digest, { 'content-length': BLOB_LIMIT + 1 });
		announced.request.flushHeaders();
		expect(await announced.status).toBe(413);
		announced.request.destroy();
		announced.request.on('error', () => undefined);
		const chunked = upload(digest);
		chunked.request.write(Buffer.alloc(BLOB_LIMIT));
		chunked.request.end('x');
		// the connection may go before the answer is read
		expect([413, 'EPIPE', 'ECONNRESET']).toContain(await chunked.status.catch(({ code }) => code));
		expect(own.blobs.has(digest)).toBe(false);
		await eventually(() => own.changes.find(({ bytes, isAborted }) => bytes > 0 && isAborted));
	});

	it('may be missing: then the server says what it thinks of that', async () => {
		const answer = await fetch(`${api.url}/api/blobs/sha256:${'0'.repeat(64)}`, {
			method: 'POST',
			headers: { authorization: `Bearer ${tenant.key}` },
		});
		expect([answer.status, await errorOf(answer)]).toEqual([400, expect.stringContaining('digest mismatch')]);
		expect(own.changes).toHaveLength(1);
	});

	it('have a digest for a name, and nothing else', async () => {
		for (const digest of ['sha256:abc', '..%2F..%2Fdelete', `sha256:${'0'.repeat(64)}%2F..`])
			expect((await send('POST', `/api/blobs/${digest}`, {})).status).toBe(400);
		expect(own.changes).toEqual([]);
	});

	it('that stop half-way end at the server, too', async () => {
		const { request, status } = upload(digestOf(Buffer.from('y')), { 'content-length': 2_000_000 });
		status.catch(() => undefined);
		request.write(Buffer.alloc(1_000_000));
		await eventually(() => own.changes.find(({ bytes }) => bytes > 0));
		request.destroy();
		await eventually(() => own.changes.find(({ isAborted }) => isAborted));
		expect(own.blobs.size).toBeLessThanOrEqual(1);
	});
});

it('a shutdown ends what is under way with an error that the client can see', async () => {
	const other = await startApi({ EGRESS_ALLOW: '127.0.0.1' });
	own.gate = new Promise(() => undefined);
	const answer = await fetch(`${other.url}/api/pull`, {
		method: 'POST',
		headers: { authorization: `Bearer ${tenant.key}` },
		body: '{"model":"late"}',
	});
	const text = answer.text();
	await eventually(() => own.changes[0]);
	await drain(other, 100);
	expect(JSON.parse((await text).trimEnd().split('\n').at(-1) ?? '')).toEqual({
		error: 'This server is shutting down: try again',
	});
});
