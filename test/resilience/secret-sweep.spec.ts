import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { bearer, Caller } from '../../apps/api/test/support/caller.js';
import { PostOffice } from '../../apps/api/test/support/post-office.js';
import { startApi, type TestApi } from '../../apps/api/test/support/start-api.js';
import { addTenant, type Tenant } from '../../apps/api/test/support/tenants.js';
import { Metrics } from '#libs/telemetry';
import {
	asOwner,
	eventually,
	freshDatabase,
	type MockUpstream,
	startMockUpstream,
	testConfig,
	testEnvironment,
} from '#libs/testing';

const unique = (what: string): string => `${what}-${randomBytes(12).toString('hex')}`;
const EMAIL = 'somebody@example.com';

/** What was planted, by what it is. */
const canaries = new Map<string, string>();
function keep(what: string, secret: string): string {
	expect(secret.length).toBeGreaterThan(15);
	canaries.set(what, secret);
	return secret;
}
const plant = (what: string): string => keep(what, unique(what));

/** A secret as it may lie about: as it is, and in the usual encodings. */
function shapes(secret: string): string[] {
	const bytes = Buffer.from(secret);
	const base64 = bytes.toString('base64').replaceAll('=', '');
	return [secret, encodeURIComponent(secret), bytes.toString('hex'), base64, bytes.toString('base64url')];
}

/** What of the planted is in a text. */
const foundIn = (text: string, among = canaries): string[] =>
	[...among].filter(([, secret]) => shapes(secret).some((shape) => text.includes(shape))).map(([what]) => what);

let api: TestApi;
let post: PostOffice;
let tenant: Tenant;
let upstream: MockUpstream;
const upstreamKey = plant('upstream-credential');
const caller = new Caller(() => api);

beforeAll(async () => {
	await freshDatabase();
	upstream = await startMockUpstream({ models: ['gpt-x'], apiKey: upstreamKey });
	api = await startApi({ LOG_LEVEL: 'trace', REGISTRATION: 'open', EGRESS_ALLOW: '127.0.0.1', LEDGER_FLUSH_MS: '20' });
	tenant = await addTenant(testConfig('api'));
	post = await PostOffice.open();
}, 60_000);
afterAll(async () => {
	await Promise.all([api.stop(), post.close(), upstream.close()]);
});

/** Every row of every table, as text; bytes in hexadecimal. */
async function everyRow(): Promise<string> {
	const tables = await asOwner<{ name: string }>(
		`SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
	);
	const rows = await Promise.all(
		tables.map(({ name }) => asOwner<{ row: string }>(`SELECT t::text AS row FROM ${name} AS t`)),
	);
	return rows.flatMap((some) => some.map(({ row }) => row)).join('\n');
}

/** Every key and value of this test's Redis. */
async function everyKey(): Promise<string> {
	const redis = new Redis(testEnvironment()['REDIS_URL'] ?? '');
	try {
		const keys = await redis.keys('*');
		const values = await Promise.all(keys.map(async (key) => `${key} ${await contentOf(redis, key)}`));
		return values.join('\n');
	} finally {
		await redis.quit();
	}
}

async function contentOf(redis: Redis, key: string): Promise<string> {
	switch (await redis.type(key)) {
		case 'string':
			return (await redis.getBuffer(key))?.toString('latin1') ?? '';
		case 'hash':
			return JSON.stringify(await redis.hgetall(key));
		case 'list':
			return JSON.stringify(await redis.lrange(key, 0, -1));
		case 'set':
			return JSON.stringify(await redis.smembers(key));
		case 'zset':
			return JSON.stringify(await redis.zrange(key, '0', '-1'));
		case 'stream':
			return JSON.stringify(await redis.xrange(key, '-', '+'));
		default:
			return '';
	}
}

/** An account from its first form to a new password, with everything that can go wrong on the way. */
async function anAccount(): Promise<void> {
	const password = plant('password');
	const input = { email: EMAIL, name: 'Somebody', password, organizationName: 'Somewhere' };
	expect((await caller.call('POST', '/auth/register', input)).status).toBe(202);
	const code = keep('confirmation-code', await post.code(EMAIL, 'Confirm your e-mail address'));
	expect((await caller.call('POST', '/auth/verify-email', { code: `${code.slice(0, -1)}x` })).status).toBe(400);
	expect((await caller.call('POST', '/auth/verify-email', { code })).status).toBe(204);
	expect((await caller.login(EMAIL, plant('wrong-password'))).status).toBe(401);
	expect(
		(await caller.call('POST', '/auth/login', { email: EMAIL, password, surplus: plant('surplus-field') })).status,
	).toBe(400);
	const session = await caller.login(EMAIL, password);
	expect(session.status).toBe(200);
	const { refreshToken } = session.data;
	keep('refresh-token', refreshToken);
	keep('access-token', session.data.accessToken);
	const next = await caller.call('POST', '/auth/refresh', { refreshToken });
	expect(next.status).toBe(200);
	keep('next-refresh-token', next.data.refreshToken);
	expect((await caller.call('GET', '/auth/me', undefined, bearer(`${next.data.accessToken}x`))).status).toBe(401);
	expect((await caller.call('POST', '/auth/forgot-password', { email: EMAIL })).status).toBe(202);
	const reset = keep('reset-code', await post.code(EMAIL, 'Reset your password'));
	const renewed = { code: reset, password: plant('new-password') };
	expect((await caller.call('POST', '/auth/reset-password', renewed)).status).toBe(204);
	expect((await caller.login(EMAIL, renewed.password)).status).toBe(200);
}

/** A key from its making over its rotation to its end; a malformed one in each carrier. */
async function aKey(): Promise<void> {
	keep('first-key', tenant.key);
	const as = bearer(tenant.key);
	const made = await caller.call<{ id: string; apiKey: string }>('POST', '/keys', { name: 'swept' }, as);
	expect(made.status).toBe(201);
	keep('made-key', made.data.apiKey);
	const rotated = await caller.call<{ apiKey: string }>(
		'POST',
		`/keys/${made.data.id}/rotate`,
		{ overlapSeconds: 60 },
		as,
	);
	expect(rotated.status).toBe(201);
	keep('rotated-key', rotated.data.apiKey);
	expect((await caller.call('GET', '/keys', undefined, bearer(rotated.data.apiKey))).status).toBe(200);
	expect((await caller.call('DELETE', `/keys/${made.data.id}`, undefined, as)).status).toBe(200);
	const broken = keep('broken-key', `${tenant.key.slice(0, -4)}aaaa`);
	for (const headers of [bearer(broken), { 'x-api-key': broken }])
		expect((await caller.call('GET', '/keys', undefined, headers)).status).toBe(401);
	expect((await fetch(`${api.url}/api/v1/keys?api_key=${broken}&token=${broken}`)).status).toBe(401);
}

/** A provider with a credential that works and one that does not. */
async function aProvider(): Promise<void> {
	const as = bearer(tenant.key);
	const input = { name: 'swept', kind: 'openai-compatible', baseUrl: `${upstream.url}/v1`, apiKey: upstreamKey };
	expect((await caller.call('POST', '/providers', input, as)).status).toBe(201);
	const wrong = { ...input, name: 'wrong', apiKey: plant('wrong-credential') };
	expect((await caller.call('POST', '/providers', wrong, as)).status).toBe(201);
	const ill = { ...input, kind: 'unknown', apiKey: plant('refused-credential') };
	expect((await caller.call('POST', '/providers', ill, as)).status).toBe(400);
}

/** Calls that go well, are refused, fail upstream, and are left by their client: none of their words stay behind. */
async function calls(): Promise<void> {
	const headers = { ...bearer(tenant.key), 'content-type': 'application/json' };
	const ask = (body: object, signal?: AbortSignal) =>
		fetch(`${api.url}/openai/v1/chat/completions`, {
			method: 'POST',
			headers,
			body: JSON.stringify({ model: 'gpt-x', ...body }),
			...(signal === undefined ? {} : { signal }),
		});
	const says = (what: string, more: object = {}) => ({ messages: [{ role: 'user', content: plant(what) }], ...more });
	await eventually(async () => ((await ask(says('prompt'))).status === 200 ? true : undefined));
	expect((await ask(says('refused-prompt', { stream: 'yes' }))).status).toBeGreaterThanOrEqual(400);
	expect((await ask(says('unknown-model-prompt', { model: 'none' }))).status).toBeGreaterThanOrEqual(400);
	upstream.behave(() => 'status=500');
	expect((await ask(says('failed-prompt'))).status).toBeGreaterThanOrEqual(500);
	upstream.behave(() => 'delay_ms=50');
	const left = new AbortController();
	const answer = await ask(says('left-prompt', { stream: true }), left.signal);
	await answer.body?.getReader().read();
	left.abort();
	upstream.behave(() => '');
	const broken = await fetch(`${api.url}/openai/v1/chat/completions`, {
		method: 'POST',
		headers,
		body: `{"model":"gpt-x","messages":[{"role":"user","content":"${plant('broken-json-prompt')}`,
	});
	expect(broken.status).toBe(400);
	await eventually(async () => {
		const [ledger] = await asOwner<{ count: number }>(`SELECT count(*)::int AS count FROM usage_events`);
		return (ledger?.count ?? 0) >= 3 ? true : undefined;
	});
}

describe('secrets and prompts', () => {
	const sinks = new Map<string, string>();
	beforeAll(async () => {
		await anAccount();
		await aKey();
		await aProvider();
		await calls();
		sinks.set('logs', api.logLines.join('\n'));
		sinks.set('PostgreSQL', await everyRow());
		sinks.set('Redis', await everyKey());
		sinks.set('metrics', await api.app.get(Metrics, { strict: false }).text());
		sinks.set('mails', post.all.map(({ raw }) => raw).join('\n'));
	}, 60_000);

	it('are recognised where they are', () => {
		for (const [what, secret] of canaries)
			for (const shape of shapes(secret)) expect(foundIn(`a ${shape} b`)).toContain(what);
		expect(canaries.size).toBeGreaterThan(20);
	});

	it('are looked for where this run did leave something', () => {
		expect(sinks.get('logs')).toContain('/auth/login');
		expect(sinks.get('PostgreSQL')).toContain(EMAIL);
		expect(sinks.get('Redis')).toContain(tenant.organizationId);
		expect(sinks.get('metrics')).toContain('parallama_http_request_duration_seconds');
		expect(sinks.get('mails')).toContain('Reset your password');
	});

	it.each(['logs', 'PostgreSQL', 'Redis', 'metrics'])('are not in %s', (sink) => {
		const text = sinks.get(sink) ?? '';
		const found = foundIn(text);
		console.info(`${canaries.size} secrets in ${text.length} characters of ${sink}: found ${found.length}`);
		expect(found).toEqual([]);
	});

	it('are not in mails, except the codes that a mail is there to carry', () => {
		expect(foundIn(sinks.get('mails') ?? '').toSorted()).toEqual(['confirmation-code', 'reset-code']);
	});
});
