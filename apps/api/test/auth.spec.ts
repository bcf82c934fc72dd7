import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bootstrap, type BootstrapResult, generateSecrets } from '#libs/installation';
import { SYSTEM_ORGANIZATION_ID } from '#libs/kernel';
import { freshDatabase, testConfig } from '#libs/testing';
import { startApi, type TestApi } from './support/start-api.js';

const { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY } = generateSecrets();
const config = testConfig('api', { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY });
const admin = { email: BOOTSTRAP_ADMIN_EMAIL, password: BOOTSTRAP_ADMIN_PASSWORD };

interface Tokens {
	readonly accessToken: string;
	readonly refreshToken: string;
}
interface Answer<Data> {
	readonly status: number;
	readonly headers: Headers;
	readonly data: Data;
	readonly code: string | undefined;
	readonly text: string;
}

let api: TestApi;
let first: BootstrapResult;

beforeAll(async () => {
	await freshDatabase();
	first = await bootstrap(config, { replaceRevokedKey: false });
	api = await startApi();
});
afterAll(() => api.stop());

async function call<Data = Tokens>(
	method: string,
	path: string,
	body?: unknown,
	headers: Record<string, string> = {},
): Promise<Answer<Data>> {
	const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
	const answer = await fetch(`${api.url}/api/v1${path}`, {
		method,
		headers: { ...json, ...headers },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	const text = await answer.text();
	const parsed = (text === '' ? {} : JSON.parse(text)) as { data?: Data; error?: { code: string } };
	return { status: answer.status, headers: answer.headers, data: parsed.data as Data, code: parsed.error?.code, text };
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const cookieOf = ({ headers }: Answer<unknown>) => headers.getSetCookie()[0] ?? '';
const login = () => call('POST', '/auth/login', admin);

describe('signing in', () => {
	it('answers in the envelope and sets a cookie that scripts and other sites cannot use', async () => {
		const answer = await login();
		expect(answer).toMatchObject({
			status: 200,
			data: { expiresIn: 600, user: { email: admin.email }, organization: { slug: 'default' } },
		});
		expect(answer.text).not.toMatch(/argon2|password|hash/i);
		expect(cookieOf(answer)).toBe(
			`parallama_refresh=${answer.data.refreshToken}; Path=/api/v1/auth; Max-Age=1209600; HttpOnly; SameSite=Strict`,
		);
		expect(await call('GET', '/auth/me', undefined, bearer(answer.data.accessToken))).toMatchObject({
			status: 200,
			data: {
				user: { roles: ['owner'] },
				organization: { id: first.organizationId },
				permissions: expect.arrayContaining(['account:self']),
			},
		});
	});

	it('answers unknown addresses and wrong passwords with the same bytes', async () => {
		const answers = await Promise.all([
			call('POST', '/auth/login', { ...admin, password: 'wrong' }),
			call('POST', '/auth/login', { ...admin, email: 'nobody@example.com' }),
		]);
		const [one, two] = answers.map(({ status, text }) => ({ status, text: text.replace(/"requestId":"[^"]*"/, '') }));
		expect(one).toEqual(two);
		expect(one?.status).toBe(401);
		expect(answers[0]?.code).toBe('invalid_credentials');
		expect(cookieOf(answers[0] as Answer<unknown>)).toBe('');
	});

	it.each([{}, { email: 'x' }, { ...admin, extra: 1 }, { ...admin, organizationId: 'x' }])(
		'refuses %j',
		async (body) => {
			expect(await call('POST', '/auth/login', body)).toMatchObject({ status: 400, code: 'validation_failed' });
		},
	);
});

describe('refreshing', () => {
	it('takes the token from the body or from the cookie, without a body, too', async () => {
		const signedIn = await login();
		const byBody = await call('POST', '/auth/refresh', { refreshToken: signedIn.data.refreshToken });
		expect(byBody).toMatchObject({ status: 200, data: { expiresIn: 600 } });
		const cookie = cookieOf(byBody).split(';')[0] ?? '';
		expect(cookie).toBe(`parallama_refresh=${byBody.data.refreshToken}`);
		const byCookie = await call('POST', '/auth/refresh', undefined, { cookie });
		expect(byCookie.status).toBe(200);
		expect(byCookie.data.refreshToken).not.toBe(byBody.data.refreshToken);
	});

	it('refuses what is no refresh token, and takes none for an access token', async () => {
		const { data } = await login();
		for (const body of [{}, { refreshToken: data.accessToken }, { refreshToken: `${data.refreshToken}x` }])
			expect(await call('POST', '/auth/refresh', body)).toMatchObject({ status: 401, code: 'invalid_refresh_token' });
		expect((await call('GET', '/auth/me', undefined, bearer(data.refreshToken))).status).toBe(401);
		const cookie = `parallama_refresh=${data.refreshToken}`;
		expect((await call('GET', '/auth/me', undefined, { cookie })).status).toBe(401);
	});
});

describe('signing out', () => {
	it.each([
		['the refresh token', (tokens: Tokens) => ({ body: { refreshToken: tokens.refreshToken }, headers: {} })],
		['the cookie', (tokens: Tokens) => ({ headers: { cookie: `parallama_refresh=${tokens.refreshToken}` } })],
		['the access token', (tokens: Tokens) => ({ headers: bearer(tokens.accessToken) })],
	])('ends the session by %s', async (_by, how) => {
		const { data } = await login();
		const { body, headers } = how(data) as { body?: unknown; headers: Record<string, string> };
		const answer = await call('POST', '/auth/logout', body, headers);
		expect(answer.status).toBe(204);
		expect(cookieOf(answer)).toContain('parallama_refresh=; Path=/api/v1/auth; Max-Age=0');
		expect((await call('GET', '/auth/me', undefined, bearer(data.accessToken))).status).toBe(401);
		expect((await call('POST', '/auth/refresh', { refreshToken: data.refreshToken })).status).toBe(401);
	});
});

it('switches to another organization of the account, and to no other', async () => {
	const { data } = await login();
	const to = (organizationId: string) => call('POST', '/auth/switch', { organizationId }, bearer(data.accessToken));
	expect(await to('00000000-0000-4000-8000-000000000000')).toMatchObject({ status: 404 });
	const switched = await to(SYSTEM_ORGANIZATION_ID);
	expect(switched).toMatchObject({ status: 200, data: { organization: { slug: 'system' } } });
	expect((await call('GET', '/auth/me', undefined, bearer(data.accessToken))).status).toBe(401);
	const me = await call<{ permissions: string[] }>('GET', '/auth/me', undefined, bearer(switched.data.accessToken));
	expect(me.data.permissions).toContain('instance:operate');
	await call('POST', '/auth/switch', { organizationId: first.organizationId }, bearer(switched.data.accessToken));
});

it('lets no key act on the account of its owner', async () => {
	for (const [method, path] of [
		['GET', '/auth/me'],
		['POST', '/auth/switch'],
	] as const)
		expect(
			(
				await call(
					method,
					path,
					method === 'POST' ? { organizationId: first.organizationId } : undefined,
					bearer(BOOTSTRAP_API_KEY),
				)
			).status,
		).toBe(403);
});

describe('people, roles, keys, projects', () => {
	const key = bearer(BOOTSTRAP_API_KEY);
	interface Listed {
		readonly items: { readonly id: string; readonly name: string; readonly email: string }[];
		readonly nextCursor: string | null;
	}

	it('shows the organization, its roles and its default project', async () => {
		expect((await call('GET', '/organizations/current', undefined, key)).data).toMatchObject({
			id: first.organizationId,
			slug: 'default',
		});
		const roles = await call<Listed>('GET', '/roles', undefined, key);
		expect(roles.data.items.map(({ name }) => name)).toEqual(['owner', 'admin', 'premium', 'basic', 'viewer']);
		expect((await call<Listed>('GET', '/projects', undefined, key)).data.items).toMatchObject([
			{ id: first.projectId, isDefault: true },
		]);
	});

	it('makes projects of different names, and lists them page by page', async () => {
		for (const name of ['One', 'Two']) expect((await call('POST', '/projects', { name }, key)).status).toBe(201);
		expect(await call('POST', '/projects', { name: ' one ' }, key)).toMatchObject({
			status: 409,
			code: 'project_name_taken',
		});
		const page = (await call<Listed>('GET', '/projects?limit=2', undefined, key)).data;
		expect(page.items).toHaveLength(2);
		const rest = await call<Listed>('GET', `/projects?limit=2&cursor=${page.nextCursor}`, undefined, key);
		expect(rest.data).toMatchObject({ items: [{ name: 'Two' }], nextCursor: null });
		for (const cursor of [`${page.nextCursor}x`, 'x'])
			expect(await call('GET', `/projects?cursor=${cursor}`, undefined, key)).toMatchObject({
				status: 400,
				code: 'invalid_cursor',
			});
		expect(await call('GET', `/users?cursor=${page.nextCursor}`, undefined, key)).toMatchObject({ status: 400 });
	});

	it('adds, shows, changes and lists people', async () => {
		const input = { email: 'jane@example.com', name: 'Jane', password: 'a decent long password', role: 'basic' };
		const made = await call<{ id: string }>('POST', '/users', input, key);
		expect(made).toMatchObject({ status: 201, data: { email: input.email, status: 'active', roles: ['basic'] } });
		expect(made.text).not.toMatch(/argon2|password/i);
		expect(await call('POST', '/users', input, key)).toMatchObject({ status: 409, code: 'email_taken' });
		expect(await call('POST', '/users', { ...input, password: 'x' }, key)).toMatchObject({
			status: 400,
			code: 'weak_password',
		});
		const path = `/users/${made.data.id}`;
		expect((await call('PATCH', path, { name: 'Janet', status: 'disabled' }, key)).data).toMatchObject({
			name: 'Janet',
			status: 'disabled',
		});
		expect((await call('GET', path, undefined, key)).data).toMatchObject({ name: 'Janet' });
		expect((await call('POST', '/auth/login', { email: input.email, password: input.password })).status).toBe(401);
		expect((await call<Listed>('GET', '/users', undefined, key)).data.items.map(({ email }) => email)).toEqual([
			admin.email,
			input.email,
		]);
		expect((await call('GET', '/users/00000000-0000-4000-8000-000000000000', undefined, key)).status).toBe(404);
	});

	it('makes a key that works until it is revoked', async () => {
		const { data: tokens } = await login();
		const person = bearer(tokens.accessToken);
		const made = await call<{ id: string; apiKey: string }>(
			'POST',
			'/keys',
			{ name: 'ci', scopes: ['projects:read'] },
			person,
		);
		expect(made).toMatchObject({ status: 201, data: { scopes: ['projects:read'], revokedAt: null } });
		const own = bearer(made.data.apiKey);
		expect((await call('GET', '/projects', undefined, own)).status).toBe(200);
		expect((await call('GET', '/users', undefined, own)).status).toBe(403);
		const listed = await call<Listed>('GET', '/keys', undefined, person);
		expect(listed.data.items[0]).toMatchObject({ id: made.data.id, name: 'ci' });
		expect(listed.text).not.toContain(made.data.apiKey);
		expect(listed.text).not.toMatch(/hash|pepper/i);
		expect(await call('DELETE', `/keys/${made.data.id}`, undefined, person)).toMatchObject({
			status: 200,
			data: { revokedAt: expect.any(String) },
		});
		expect(await call('GET', '/projects', undefined, own)).toMatchObject({ status: 401, code: 'invalid_api_key' });
	});

	it('makes one key for one idempotency key', async () => {
		const headers = { ...key, 'idempotency-key': 'once' };
		const [one, two] = [
			await call('POST', '/keys', { name: 'once' }, headers),
			await call('POST', '/keys', { name: 'once' }, headers),
		];
		expect(one.status).toBe(201);
		expect(two.text).toBe(one.text);
		expect(two.headers.get('idempotency-replayed')).toBe('true');
	});
});
