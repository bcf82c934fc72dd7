import { request as ask } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Config } from '#libs/config';
import { newId } from '#libs/kernel';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import type { TableRoute } from '../src/edge/route-table.js';
import { clientOf } from './support/client.js';
import { startApi, type TestApi } from './support/start-api.js';
import { accessToken, addChiefOperator, addSession, addTenant, type Tenant } from './support/tenants.js';

let api: TestApi;
let config: Config;
let owner: Tenant;
let guarded: TableRoute[];
beforeAll(async () => {
	await freshDatabase();
	config = testConfig('api');
	api = await startApi();
	owner = await addTenant(config, 'owner');
	guarded = api.routes.all().filter(({ access, method }) => typeof access === 'object' && method !== 'HEAD');
});
afterAll(() => api.stop());

const say = (what: string) => process.stdout.write(`closed: ${what}\n`);
const filled = (url: string, id: string = newId()): string => url.replaceAll(/:\w+/g, id).replace('*', 'm');

/** The path as it is: no client of ours tidies it up. */
function raw(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<number> {
	return new Promise((resolve, reject) => {
		const sent = ask({ port: api.port, host: '127.0.0.1', method, path, headers, agent: false }, (answer) => {
			answer.resume();
			answer.on('end', () => resolve(answer.statusCode ?? 0));
		});
		sent.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? resolve(400) : reject(error)));
		sent.end(body);
	});
}

async function pooled<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
	const rest = items.values();
	await Promise.all(
		Array.from({ length: 16 }, async () => {
			for (const item of rest) await work(item);
		}),
	);
}

const doubled = (path: string): string =>
	path.replace(/\/(\w)/, (_, letter: string) => `/%25${letter.charCodeAt(0).toString(16)}`);
const variants: readonly (readonly [string, (path: string) => string])[] = [
	['trailing slash', (path) => `${path}/`],
	['double slash', (path) => `/${path}`],
	['inner double slash', (path) => path.replace(/(.)\//, '$1//')],
	['dot segment', (path) => `/.${path}`],
	['parent segment', (path) => `/x/..${path}`],
	['semicolon', (path) => `${path};x`],
	['encoded letter', (path) => path.replace(/\/(\w)/, (_, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`)],
	['double encoding', doubled],
	['upper case', (path) => path.toUpperCase()],
	['encoded slash', (path) => path.replace(/(.)\//, '$1%2f')],
	['null byte', (path) => `${path}%00`],
	['absolute form', (path) => `http://127.0.0.1${path}`],
	['query', (path) => `${path}?access=public&token=x`],
];

describe('a guarded route', () => {
	it('never answers without credentials, however it is spelt', async () => {
		const open: string[] = [];
		const cases = guarded.flatMap(({ method, url }) =>
			variants.map(([name, spell]) => ({ method, name, path: spell(filled(url)) })),
		);
		await pooled(cases, async ({ method, name, path }) => {
			const status = await raw(method, path);
			if (status < 400) open.push(`${method} ${path} (${name}): ${status}`);
		});
		say(`${cases.length} spellings of ${guarded.length} routes without credentials, ${open.length} open`);
		expect(open).toEqual([]);
	}, 120_000);

	it('never answers without credentials by another method, or by a header that names one', async () => {
		const open: string[] = [];
		const paths = [...new Set(guarded.map(({ url }) => filled(url)))];
		const methods = ['HEAD', 'OPTIONS', 'TRACE', 'PUT', 'GET', 'POST', 'PATCH', 'DELETE'];
		const overrides = ['x-http-method-override', 'x-http-method', 'x-method-override'];
		const cases = paths.flatMap((path) => [
			...methods.map((method) => ({ method, path, headers: {} as Record<string, string> })),
			...overrides.map((name) => ({ method: 'POST', path, headers: { [name]: 'GET' } })),
		]);
		await pooled(cases, async ({ method, path, headers }) => {
			const status = await raw(method, path, headers);
			if (status < 400) open.push(`${method} ${path} ${JSON.stringify(headers)}: ${status}`);
		});
		say(`${cases.length} methods and overrides without credentials, ${open.length} open`);
		expect(open).toEqual([]);
	}, 120_000);

	it('answers 405 with the methods that work to one that does not', async () => {
		const paths = [...new Set(guarded.map(({ url }) => url))].filter((url) => !url.includes('*'));
		const known = (url: string) =>
			new Set(
				api.routes
					.all()
					.filter((route) => route.url === url)
					.map(({ method }) => method),
			);
		const wrong: string[] = [];
		const cases = paths.flatMap((url) =>
			['PUT', 'TRACE'].filter((method) => !known(url).has(method)).map((method) => ({ method, url })),
		);
		await pooled(cases, async ({ method, url }) => {
			const status = await raw(method, filled(url), { 'x-api-key': owner.key });
			if (status !== 405 && status !== 404) wrong.push(`${method} ${url}: ${status}`);
		});
		say(`${cases.length} methods that no route has, ${wrong.length} answered otherwise than 405 or 404`);
		expect(wrong).toEqual([]);
	}, 60_000);
});

const asOwnerOfIt = async () => clientOf(api.url, accessToken(config, owner, await addSession(owner)));

/** How many rows every table of organizations has; what requests write about themselves aside. */
async function rowCounts(): Promise<Record<string, string>> {
	const tables = await asOwner<{ name: string }>(
		`SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
			AND NOT c.relispartition AND c.relname NOT IN ('sessions', 'migrations') ORDER BY 1`,
	);
	const counts = tables.map(({ name }) => `(SELECT count(*) FROM ${name}) AS ${name}`).join(', ');
	return (await asOwner<Record<string, string>>(`SELECT ${counts}`))[0] as Record<string, string>;
}

const oddIds = [
	'..',
	'%2e%2e',
	'.',
	'%20',
	'%00',
	'*',
	'null',
	'undefined',
	'0',
	'-1',
	'[]',
	'{}',
	'a'.repeat(300),
	'%F0%9F%92%A9',
	"'%20OR%201=1--",
];

describe('ids', () => {
	it('of odd shapes, of other things, or in upper case are 400 or 404, and change nothing', async () => {
		const before = await rowCounts();
		const as = await asOwnerOfIt();
		const wrong: string[] = [];
		const ids = [...oddIds, owner.userId.toUpperCase(), owner.organizationId, '6ba7b810-9dad-11d1-80b4-00c04fd430c8'];
		const cases = guarded
			.filter(({ url }) => /:id\b/.test(url) && url.startsWith('/api/v1'))
			.flatMap((route) => ids.map((id) => ({ route, id })));
		await pooled(cases, async ({ route: { method, url }, id }) => {
			const { status } = await as(url.replace(/:\w+/g, id), method === 'GET' ? {} : { method, body: {} });
			if (status !== 400 && status !== 404 && status !== 405)
				wrong.push(`${method} ${url} with ${id.slice(0, 40)}: ${status}`);
		});
		say(`${cases.length} odd ids, ${wrong.length} answered otherwise than 400, 404 or 405`);
		expect(wrong.toSorted()).toEqual([]);
		expect(await rowCounts()).toEqual(before);
	}, 120_000);
});

describe('bodies', () => {
	const fields =
		'id organizationId tenantId ownerId isAdmin balance version createdAt updatedAt deletedAt passwordHash secretHash pepperKid epoch isBuiltIn isShared kind parentKeyId issuerRules __proto__'.split(
			' ',
		);
	it('with a field that is not theirs to set are refused by its name, and change nothing', async () => {
		const as = await asOwnerOfIt();
		const operator = await addChiefOperator(config);
		const asOperator = clientOf(api.url, accessToken(config, operator, await addSession(operator)));
		const before = await rowCounts();
		const { paths } = (await (await fetch(`${api.url}/openapi.json`)).json()) as {
			paths: Record<string, Record<string, { requestBody?: { content: Record<string, unknown> } }>>;
		};
		const writing = guarded.filter(({ method, url }) => {
			const template = url.replaceAll(/:(\w+)/g, '{$1}');
			return (
				url.startsWith('/api/v1') &&
				paths[template]?.[method.toLowerCase()]?.requestBody?.content['application/json'] !== undefined
			);
		});
		/** Fields that some routes do have, of which the value is refused. */
		const isOwn = (url: string, field: string) =>
			(field === 'isShared' && /aliases|providers/.test(url)) ||
			(field === 'organizationId' && url.endsWith('/switch')) ||
			(field === 'kind' && url.includes('/providers')) ||
			(field === 'id' && url.endsWith('/chat/ui')) ||
			(field === 'version' && /prompts.*(render|labels)/.test(url));
		const wrong: string[] = [];
		const cases = writing
			.flatMap((route) => fields.map((field) => ({ route, field })))
			.filter(({ route, field }) => !isOwn(route.url, field));
		await pooled(cases, async ({ route: { method, url, access }, field }) => {
			const isForOperators = typeof access === 'object' && access.requires.startsWith('instance:');
			const answer = await (isForOperators ? asOperator : as)(filled(url), {
				method,
				body: `{${JSON.stringify(field)}:"x"}`,
			});
			const { errors } = answer.body as { errors?: { field: string; code: string }[] };
			const isNamed = errors?.some((error) => error.field === field && error.code === 'unknown_field') === true;
			if (answer.status !== 400 || (!isNamed && field !== '__proto__'))
				wrong.push(`${method} ${url} with ${field}: ${answer.status}`);
		});
		say(`${cases.length} foreign fields in ${writing.length} writing routes, ${wrong.length} not refused by name`);
		expect(wrong.toSorted()).toEqual([]);
		expect(await rowCounts()).toEqual(before);
	}, 120_000);
});

describe('answers', () => {
	const secretName = /hash|sealed|pepper|password|^secret$|refreshToken|internalIp/i;

	function names(value: unknown): string[] {
		if (Array.isArray(value)) return value.flatMap(names);
		if (typeof value !== 'object' || value === null) return [];
		return Object.entries(value).flatMap(([name, inner]) => [name, ...names(inner)]);
	}

	it('carry no secret by name, are not stored by caches, and are not sniffed', async () => {
		const wrong: string[] = [];
		const reading = guarded.filter(({ method, url }) => method === 'GET' && !url.includes(':') && !url.includes('*'));
		const token = accessToken(config, owner, await addSession(owner));
		for (const { url } of reading) {
			const answer = await fetch(api.url + url, { headers: { authorization: `Bearer ${token}` } });
			const text = await answer.text();
			const found = text.startsWith('{') ? names(JSON.parse(text)).filter((name) => secretName.test(name)) : [];
			if (found.length > 0) wrong.push(`${url}: ${found.join()}`);
			if (answer.headers.get('cache-control') !== 'no-store') wrong.push(`${url}: may be stored`);
			if (answer.headers.get('x-content-type-options') !== 'nosniff') wrong.push(`${url}: may be sniffed`);
			if (answer.status >= 500) wrong.push(`${url}: ${answer.status}`);
		}
		say(`${reading.length} readable routes, ${wrong.length} complaints`);
		expect(wrong).toEqual([]);
	});

	it('do not depend on headers that name a tenant or a user', async () => {
		const foreign = await addTenant(config, 'owner');
		const as = clientOf(api.url, owner.key);
		const headers = {
			'openai-organization': foreign.organizationId,
			'openai-project': foreign.projectId,
			'anthropic-workspace-id': foreign.organizationId,
			'x-organization-id': foreign.organizationId,
			'x-tenant-id': foreign.organizationId,
			'x-user-id': foreign.userId,
			'x-forwarded-user': foreign.email,
			'x-original-url': '/health',
			'x-rewrite-url': '/health',
		};
		for (const path of ['/api/v1/organizations/current', '/api/v1/users', '/api/v1/keys', '/api/v1/projects'])
			expect((await as(path, { headers })).body).toEqual((await as(path)).body);
	});
});
