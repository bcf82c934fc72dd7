import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '#libs/kernel';
import { asOwner, freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { askApi } from './support/ask-api.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

/** Where the canary listens stands in for PORT. Written so that different parsers read different hosts. */
const CORPUS: readonly string[] = [
	// the loopback, in every spelling
	...`127.0.0.1 127.1 127.0.1 127.0.0.1. 2130706433 0x7f000001 0x7f.0.0.1 017700000001 0177.0.0.1 0177.0x0.0.1 0 0.0.0.0
		127.255.255.254 127.0.0.2 localhost LOCALHOST localhost. ①②⑦.⓪.⓪.① 127。0。0。1 １２７.0.0.1 %31%32%37.0.0.1
		[::1] [0:0:0:0:0:0:0:1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [::ffff:0:7f00:1] [64:ff9b::7f00:1]
		[64:ff9b::127.0.0.1] [64:ff9b:1::7f00:1] [2002:7f00:1::] [2001:0:7f00:1::]`
		.split(/\s+/)
		.map((host) => `http://${host}:PORT/v1`),
	// private, link-local, shared, documentation, multicast and reserved ranges; metadata services
	...`10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 100.64.0.1 100.100.100.200 169.254.169.254 169.254.170.2
		192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 0xa9fea9fe 2852039166
		[fe80::1] [fec0::1] [fc00::1] [fd00:ec2::254] [ff02::1] [100::1] [2001:db8::1] [::ffff:a9fe:a9fe] [64:ff9b::a9fe:a9fe]
		metadata.google.internal metadata instance-data`
		.split(/\s+/)
		.map((host) => `http://${host}/v1`),
	// what one parser takes for a name or path and another for a host
	'http://user:pass@127.0.0.1:PORT/v1',
	'http://example.com@127.0.0.1:PORT/v1',
	'http://example.com%2f@127.0.0.1:PORT/v1',
	'http://example.com:80@127.0.0.1:PORT/v1',
	'http://example.com\\@127.0.0.1:PORT/v1',
	'http://127.0.0.1:PORT\\@example.com/v1',
	'http://127.0.0.1:PORT#@example.com/v1',
	'http:\\\\127.0.0.1:PORT\\v1',
	'http:/127.0.0.1:PORT/v1',
	'http:127.0.0.1:PORT/v1',
	'http:///127.0.0.1:PORT/v1',
	' http://127.0.0.1:PORT/v1',
	'ht\ttp://127.0.0.1:PORT/v1',
	'http://127.0.\t0.1:PORT/v1',
	'http://127.0.0.1\n:PORT/v1',
	'http://127.0.0.1:PORT/v1?x=@example.com',
	// other protocols, and ports on which nothing speaks HTTP
	'file:///etc/passwd',
	'gopher://127.0.0.1:PORT/_x',
	'dict://127.0.0.1:PORT/x',
	'ftp://127.0.0.1:PORT/x',
	'unix:/run/postgresql/.s.PGSQL.5432',
	'data:text/plain,x',
	'http://1.1.1.1:22/v1',
	'http://1.1.1.1:25/v1',
	'http://1.1.1.1:5432/v1',
	'http://1.1.1.1:6379/v1',
	'http://1.1.1.1:27017/v1',
];

let api: TestApi;
let canary: Server;
let connections = 0;
let redirecting: MockUpstream;
const attempts: string[] = [];

const watch = (message: unknown): void => {
	(message as { socket: Socket }).socket.on('connectionAttempt', (ip: string, port: number) => {
		attempts.push(`${ip} ${port}`);
	});
};

beforeAll(async () => {
	await freshDatabase();
	canary = createServer((socket) => {
		connections++;
		socket.destroy();
	});
	await new Promise<void>((resolve) => canary.listen(0, '::', () => resolve())); // every address of the machine
	redirecting = await startMockUpstream({ anyModel: true });
	api = await startApi({ EGRESS_ALLOW: '127.0.0.9' });
	subscribe('net.client.socket', watch);
});
afterAll(async () => {
	unsubscribe('net.client.socket', watch);
	await api?.stop();
	await Promise.all([redirecting?.close(), new Promise((resolve) => canary.close(resolve))]);
});

/** Attempts of this process since the last time, but for those to the services of the test and to the api itself. */
function attemptsBeyond(ports: readonly number[]): string[] {
	const services = ['DATABASE_URL', 'DATABASE_MIGRATION_URL', 'REDIS_URL', 'TEST_OWNER_URL'].map((name) =>
		Number(new URL(process.env[name] ?? 'http://x').port),
	);
	const known = new Set([api.port, ...services, ...ports]);
	return attempts.splice(0).filter((attempt) => !known.has(Number(attempt.split(' ')[1])));
}

/** As if an older release, without the checks of today, had stored it. */
async function store(tenant: Tenant, baseUrl: string): Promise<{ id: string; alias: string }> {
	const [id, aliasId] = [newId(), newId()];
	const alias = `to-${id}`;
	await asOwner(
		`INSERT INTO providers (organization_id, id, name, kind, base_url) VALUES ($1, $2::uuid, 'p-' || $2, 'openai-compatible', $3)`,
		[tenant.organizationId, id, baseUrl],
	);
	await asOwner(`INSERT INTO model_aliases (organization_id, id, name, policy) VALUES ($1, $2, $3, 'priority')`, [
		tenant.organizationId,
		aliasId,
		alias,
	]);
	await asOwner(
		`INSERT INTO model_alias_targets (organization_id, alias_id, position, provider_id, model) VALUES ($1, $2, 0, $3, 'm')`,
		[tenant.organizationId, aliasId, id],
	);
	return { id, alias };
}

const chat = async (tenant: Tenant, model: string): Promise<{ status: number; text: string }> => {
	const response = await fetch(`${api.url}/v1/chat/completions`, {
		method: 'POST',
		headers: { 'x-api-key': tenant.key },
		body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
	});
	return { status: response.status, text: await response.text() };
};

it('reaches no address that may not be reached, by any path', async () => {
	const { port } = canary.address() as AddressInfo;
	const urls = CORPUS.map((url) => url.replaceAll('PORT', String(port)));
	const saved = { refused: 0, stored: 0 };
	const found = new Map<string, number>();
	const count = (what: string): void => void found.set(what, (found.get(what) ?? 0) + 1);
	const config = testConfig('api');
	const tryBatch = async (batch: readonly string[]): Promise<void> => {
		const tenant = await addTenant(config); // one may test twenty a minute
		for (const [at, baseUrl] of batch.entries()) {
			const input = { name: `n-${at}`, kind: 'openai-compatible', baseUrl, apiKey: 'sk-never-leaves' };
			const { status } = await askApi(api, tenant, ['POST', '/providers', input]);
			saved[status === 201 ? 'stored' : 'refused']++;
		}
		const stored = await Promise.all(batch.filter((url) => URL.canParse(url)).map((url) => store(tenant, url)));
		await Promise.all([
			askApi(api, tenant, ['GET', '/models']),
			askApi(api, tenant, ['POST', '/models/refresh']),
			...stored.map(async ({ id, alias }) => {
				const test = await askApi<{ code: string }>(api, tenant, ['POST', `/providers/${id}/test`]);
				count(`test ${test.data?.code ?? test.code}`);
				count(`call ${(await chat(tenant, alias)).status}`);
			}),
		]);
	};
	const batches = Array.from({ length: Math.ceil(urls.length / 20) }, (_, at) => urls.slice(at * 20, at * 20 + 20));
	await Promise.all(batches.map(tryBatch));
	console.log(
		`${urls.length} URLs: ${saved.refused} refused when saved, ${[...found].map(([what, n]) => `${what} × ${n}`).join(', ')}; ${connections} connections to the canary`,
	);
	expect(urls.length).toBeGreaterThanOrEqual(60);
	expect([...found.keys()].filter((what) => what.startsWith('test'))).toEqual(['test unreachable']);
	expect([...found.keys()].filter((what) => what.startsWith('call')).toSorted()).toEqual(['call 502', 'call 503']);
	expect(attemptsBeyond([])).toEqual([]);
	expect(connections).toBe(0);
}, 60_000);

it('goes nowhere that a caller names, in body, query or headers', async () => {
	const { port } = canary.address() as AddressInfo;
	const here = `http://127.0.0.9:${port}/v1`; // which the operator allows
	const tenant = await addTenant(testConfig('api'));
	const provider = { name: 'own', kind: 'openai-compatible', baseUrl: 'http://127.0.0.9:1/v1', apiKey: 'sk-x' };
	const { id } = (await askApi(api, tenant, ['POST', '/providers', provider])).data;
	await askApi(api, tenant, ['POST', '/aliases', { name: 'm', targets: [{ providerId: id, model: 'm' }] }]);
	const fields = ['api_base', 'base_url', 'azure_endpoint', 'extra_headers', 'proxy'];
	const statuses: Record<string, number> = {};
	for (const path of ['/v1/chat/completions', '/api/chat', '/v1/messages'])
		for (const field of fields) {
			const body = { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] };
			const sent = async (query: string, headers: Record<string, string>, extra: object) => {
				const response = await fetch(`${api.url}${path}${query}`, {
					method: 'POST',
					headers: { 'x-api-key': tenant.key, ...headers },
					body: JSON.stringify({ ...body, ...extra }),
				});
				await response.text();
				return response.status;
			};
			statuses[`${path} ${field}`] = await sent('', {}, { [field]: here });
			await sent(`?${field}=${encodeURIComponent(here)}`, {}, {});
			await sent(
				'',
				{ [field.replaceAll('_', '-')]: here, host: `127.0.0.9:${port}`, forwarded: `host=127.0.0.9:${port}` },
				{},
			);
		}
	expect(Object.entries(statuses).filter(([, status]) => status !== 400)).toEqual([]);
	console.log(
		`Caller-named destinations: ${Object.keys(statuses).length * 3} requests, ${connections} connections to the canary`,
	);
	expect(connections).toBe(0);
	expect(attemptsBeyond([1])).toEqual([]);
});

it('does not follow redirects, neither of lists nor of calls', async () => {
	const { port } = canary.address() as AddressInfo;
	const allowed = await startApi({ EGRESS_ALLOW: '127.0.0.1' });
	const target = `http://127.0.0.2:${port}/v1`;
	const tenant = await addTenant(testConfig('api'));
	const answers: string[] = [];
	try {
		for (const status of [301, 302, 303, 307, 308]) {
			redirecting.behave(() => ({ redirect: target, redirectStatus: status }));
			const input = {
				name: `r-${status}`,
				kind: 'openai-compatible',
				baseUrl: `${redirecting.url}/v1`,
				apiKey: 'sk-x',
			};
			const { id } = (await askApi(allowed, tenant, ['POST', '/providers', input])).data;
			const test = await askApi<{ code: string }>(allowed, tenant, ['POST', `/providers/${id}/test`]);
			const targets = [{ providerId: id, model: 'm' }];
			await askApi(allowed, tenant, ['POST', '/aliases', { name: `to-${status}`, targets }]);
			const call = await fetch(`${allowed.url}/v1/chat/completions`, {
				method: 'POST',
				headers: { 'x-api-key': tenant.key },
				body: JSON.stringify({ model: `to-${status}`, messages: [{ role: 'user', content: 'hi' }] }),
			});
			answers.push(`${status}: test ${test.data.code}, call ${call.status}`);
			expect(call.headers.get('location')).toBeNull();
		}
	} finally {
		await allowed.stop();
	}
	console.log(`Redirects: ${answers.join('; ')}; ${connections} connections to the canary`);
	expect(attemptsBeyond([Number(new URL(redirecting.url).port), allowed.port])).toEqual([]);
	expect(connections).toBe(0);
});
