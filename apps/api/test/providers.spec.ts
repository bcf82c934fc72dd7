import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#libs/kernel';
import { asOwner, freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { type Answer, askApi, type Provider } from './support/ask-api.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addOperator, addTenant, type Tenant } from './support/tenants.js';

const FIRST = 'sk-first-credential-1111';
const SECOND = 'sk-second-credential-2222';

let api: TestApi;
let upstream: MockUpstream;
let tenant: Tenant;
let stranger: Tenant;
let canary: Server;
let canaryUrl: string;
const canaryHeard: IncomingHttpHeaders[] = [];

beforeAll(async () => {
	await freshDatabase();
	upstream = await startMockUpstream({ models: ['m'], apiKey: FIRST });
	canary = createServer((request, response) => {
		canaryHeard.push(request.headers);
		response.end('{"object":"list","data":[{"id":"m"}]}');
	});
	await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
	canaryUrl = `http://127.0.0.1:${(canary.address() as AddressInfo).port}/v1`;
	api = await startApi({ EGRESS_ALLOW: '127.0.0.1' });
	[tenant, stranger] = await Promise.all([addTenant(testConfig('api')), addTenant(testConfig('api'))]);
});
afterAll(async () => {
	await api?.stop();
	canary.closeAllConnections();
	await Promise.all([upstream?.close(), new Promise((resolve) => canary.close(resolve))]);
});

const ask = <T = Provider>(method: string, path: string, body?: unknown, by = tenant): Promise<Answer<T>> =>
	askApi<T>(api, by, [method, `/providers${path}`, body]);
let count = 0;
const create = async (over: object = {}): Promise<Provider> => {
	const input = { name: `p-${++count}`, kind: 'openai-compatible', baseUrl: `${upstream.url}/v1`, apiKey: FIRST };
	const { data, status, text } = await ask('POST', '', { ...input, ...over });
	if (status !== 201) throw new Error(text);
	return data;
};
const chat = (model: string, by = tenant): Promise<Response> =>
	fetch(`${api.url}/v1/chat/completions`, {
		method: 'POST',
		headers: { 'x-api-key': by.key },
		body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
	});

describe('providers', () => {
	it('are made, seen, listed, changed and removed; secrets never come out', async () => {
		const made = await create({ settings: { onDisconnect: 'drain', models: { m: { keepAlive: '1h' } } } });
		expect(made).toMatchObject({ isEnabled: true, isShared: false, credentialLast4: '1111', credentialCount: 1 });
		expect(made.settings).toMatchObject({ onDisconnect: 'drain', connectTimeoutMs: null });
		const changed = await ask('PATCH', `/${made.id}`, { name: 'renamed', settings: { maxConcurrency: 4 } });
		expect(changed.data).toMatchObject({ name: 'renamed', credentialLast4: '1111' });
		expect(changed.data.settings).toMatchObject({ maxConcurrency: 4, onDisconnect: 'cancel', models: {} });
		const [got, listed] = [await ask('GET', `/${made.id}`), await ask<{ items: Provider[] }>('GET', '')];
		expect(listed.data.items).toContainEqual(got.data);
		expect([changed, got, listed].map(({ text }) => text).join('')).not.toContain(FIRST);
		expect((await ask('DELETE', `/${made.id}`)).status).toBe(204);
		expect((await ask('GET', `/${made.id}`)).status).toBe(404);
	});

	it('come in pages', async () => {
		const made = [(await create()).id, (await create()).id];
		const first = await ask<{ items: Provider[]; nextCursor: string }>('GET', '?limit=1');
		const next = await ask<{ items: Provider[] }>('GET', `?limit=1&cursor=${first.data.nextCursor}`);
		expect([...first.data.items, ...next.data.items].map(({ id }) => id)).toEqual(made.toReversed());
	});

	it('are called while they are enabled', async () => {
		const { id, name } = await create();
		expect((await chat(`${name}/m`)).status).toBe(200);
		await ask('PATCH', `/${id}`, { isEnabled: false });
		expect((await chat(`${name}/m`)).status).toBe(404);
		await ask('PATCH', `/${id}`, { isEnabled: true });
		expect((await chat(`${name}/m`)).status).toBe(200);
	});

	it.each([
		[{ baseUrl: 'ftp://host.test' }, 'validation_failed', 'baseUrl'],
		[{ baseUrl: 'http://user:pw@host.test' }, 'validation_failed', 'baseUrl'],
		[{ baseUrl: 'http:\\\\host.test' }, 'validation_failed', 'baseUrl'],
		[{ baseUrl: 'http://ho\tst.test' }, 'validation_failed', 'baseUrl'],
		[{ baseUrl: 'https://host.test/v1?x=1' }, 'validation_failed', 'baseUrl'],
		[{ baseUrl: 'http://10.0.0.1' }, 'forbidden_address', 'baseUrl'],
		[{ baseUrl: 'http://[::ffff:7f00:2]/v1' }, 'forbidden_address', 'baseUrl'],
		[{ baseUrl: 'http://0x7f.0x2/v1' }, 'forbidden_address', 'baseUrl'],
		[{ baseUrl: 'http://db.example.com:5432' }, 'forbidden_address', 'baseUrl'],
		[{ apiKey: 'with space' }, 'validation_failed', 'apiKey'],
		[{ apiKey: 'line\r\nx-injected: 1' }, 'validation_failed', 'apiKey'],
		[{ kind: 'echo' }, 'validation_failed', 'kind'],
		[{ settings: { keepAlive: 'soon' } }, 'validation_failed', 'settings.keepAlive'],
		[{ isShared: true }, 'not_shareable', 'isShared'],
		[{ organizationId: newId() }, 'validation_failed', 'organizationId'],
	])('refuse %j, naming the field', async (over, code, field) => {
		const input = { name: 'bad', kind: 'openai', baseUrl: 'https://host.test/v1' };
		const answers = [await ask('POST', '', { ...input, ...over })];
		const { id } = await create();
		answers.push(await ask('PATCH', `/${id}`, { apiKey: SECOND, ...over }));
		for (const answer of answers) expect(answer).toMatchObject({ status: 400, code, fields: [field] });
	});

	it('have one name each in an organization', async () => {
		const { name } = await create();
		const input = { name, kind: 'openai', baseUrl: 'https://host.test/v1' };
		expect(await ask('POST', '', input)).toMatchObject({ status: 409, code: 'already_exists' });
		expect(await ask('POST', '', input, stranger)).toMatchObject({ status: 201 });
	});

	it('of others are like those that do not exist, on every route', async () => {
		const theirs = (
			await ask('POST', '', { name: 'x', kind: 'openai', baseUrl: 'https://h.test', apiKey: FIRST }, stranger)
		).data;
		const [credential] = (
			await ask<{ items: { id: string }[] }>('GET', `/${theirs.id}/credentials`, undefined, stranger)
		).data.items;
		const own = await create();
		const routes: [string, (id: string, credentialId: string) => string, unknown?][] = [
			['GET', (id) => `/${id}`],
			['PATCH', (id) => `/${id}`, { name: 'mine' }],
			['PATCH', (id) => `/${id}`, { baseUrl: canaryUrl }],
			['DELETE', (id) => `/${id}`],
			['POST', (id) => `/${id}/test`],
			['GET', (id) => `/${id}/credentials`],
			['POST', (id) => `/${id}/credentials`, { apiKey: SECOND }],
			['PATCH', (id, credentialId) => `/${id}/credentials/${credentialId}`, { isEnabled: false }],
			['DELETE', (id, credentialId) => `/${id}/credentials/${credentialId}`],
			['PATCH', (_, credentialId) => `/${own.id}/credentials/${credentialId}`, { isEnabled: false }],
			['DELETE', (_, credentialId) => `/${own.id}/credentials/${credentialId}`],
		];
		for (const [method, path, body] of routes) {
			const foreign = await ask(method, path(theirs.id, credential?.id ?? ''), body);
			const random = await ask(method, path(newId(), newId()), body);
			const withoutId = ({ status, text }: Answer<unknown>) => [status, text.replace(/"requestId":"[^"]+"/, '')];
			expect(withoutId(foreign)).toEqual(withoutId(random));
			expect(foreign.status).toBe(404);
		}
		expect((await ask('GET', `/${theirs.id}`, undefined, stranger)).data).toEqual(theirs);
	});

	it('leave who did what in the audit log, without secrets', async () => {
		const { id } = await create();
		await ask('PATCH', `/${id}`, { isEnabled: false });
		await ask('POST', `/${id}/credentials`, { apiKey: SECOND });
		await ask('DELETE', `/${id}`);
		const events = await asOwner<{ action: string }>(
			'SELECT action, before, after FROM audit_events WHERE target_id = $1 ORDER BY id',
			[id],
		);
		expect(events.map(({ action }) => action)).toEqual([
			'provider.create',
			'provider.update',
			'provider.credential_change',
			'provider.delete',
		]);
		expect(JSON.stringify(events)).not.toMatch(/sk-(?:first|second)/);
	});
});

describe('a changed destination', () => {
	it.each([
		['base URL', () => ({ baseUrl: canaryUrl })],
		['kind', () => ({ kind: 'openai' })],
		['path', () => ({ baseUrl: `${upstream.url}/v2` })],
	])('needs the credential again: %s', async (_, change) => {
		const before = await create();
		const refused = await ask('PATCH', `/${before.id}`, change());
		expect(refused).toMatchObject({ status: 400, code: 'credential_needed', fields: ['apiKey'] });
		expect((await ask('GET', `/${before.id}`)).data).toEqual(before);
	});

	it('gets no credential that was stored for another, and 0 reach it', async () => {
		canaryHeard.length = 0;
		const { id, name } = await create();
		await ask('POST', `/${id}/credentials`, { apiKey: SECOND });
		await ask('PATCH', `/${id}`, { baseUrl: canaryUrl });
		expect((await ask('PATCH', `/${id}`, { baseUrl: canaryUrl, apiKey: null })).data).toMatchObject({
			baseUrl: canaryUrl,
			credentialCount: 0,
		});
		expect((await ask<{ code: string }>('POST', `/${id}/test`)).data.code).toBe('ok');
		await (await chat(`${name}/m`)).text();
		await ask('PATCH', `/${id}`, { baseUrl: `${canaryUrl}/other`, apiKey: 'sk-given-for-the-canary' });
		await (await chat(`${name}/m`)).text();
		const credentials = canaryHeard.map(({ authorization }) => authorization);
		expect(credentials.length).toBeGreaterThan(2);
		expect(credentials.filter((each) => each?.includes('sk-first') || each?.includes('sk-second'))).toEqual([]);
		console.log(
			`Credentials sent to a changed destination: 0 in ${credentials.length} requests, ${credentials.filter(Boolean).length} with the one given for it`,
		);
	});

	it('is not one when the same address is written otherwise, nor without a credential', async () => {
		const { id } = await create();
		expect((await ask('PATCH', `/${id}`, { baseUrl: `${upstream.url.toUpperCase()}/v1/` })).status).toBe(200);
		const bare = await create({ apiKey: undefined });
		expect((await ask('PATCH', `/${bare.id}`, { baseUrl: canaryUrl })).status).toBe(200);
	});
});

describe('credentials', () => {
	it('are several, in an order, switched off and removed one by one', async () => {
		const { id } = await create();
		const added = await ask<{ id: string }>('POST', `/${id}/credentials`, {
			apiKey: SECOND,
			label: 'spare',
			priority: 5,
		});
		expect(added).toMatchObject({ status: 201, data: { label: 'spare', last4: '2222', isEnabled: true, priority: 5 } });
		expect(added.text).not.toContain(SECOND);
		const last4 = async () => (await ask('GET', `/${id}`)).data.credentialLast4;
		expect(await last4()).toBe('1111');
		const [first, second] = (await ask<{ items: { id: string }[] }>('GET', `/${id}/credentials`)).data.items;
		await ask('PATCH', `/${id}/credentials/${first?.id}`, { priority: 9 });
		expect(await last4()).toBe('2222');
		await ask('PATCH', `/${id}/credentials/${second?.id}`, { isEnabled: false });
		expect(await last4()).toBe('1111');
		await ask('DELETE', `/${id}/credentials/${first?.id}`);
		const left = (await ask<{ items: { id: string }[] }>('GET', `/${id}/credentials`)).data.items;
		expect(left.map((each) => each.id)).toEqual([second?.id]);
	});

	it('are sealed for their row: moved to another they do not open', async () => {
		const [a, b] = [await create(), await create({ apiKey: SECOND })];
		const sealed = () =>
			asOwner<{ provider_id: string; secret_sealed: string }>(
				'SELECT provider_id, secret_sealed FROM provider_credentials WHERE provider_id = ANY ($1)',
				[[a.id, b.id]],
			);
		const rows = await sealed();
		expect(JSON.stringify(rows)).not.toMatch(/sk-(?:first|second)/);
		const ofA = rows.find((row) => row.provider_id === a.id)?.secret_sealed;
		await asOwner('UPDATE provider_credentials SET secret_sealed = $1, updated_at = now() WHERE provider_id = $2', [
			ofA,
			b.id,
		]);
		expect((await ask<{ code: string }>('POST', `/${b.id}/test`)).data.code).toBe('credential_unreadable');
	});
});

it("of the system organization is everybody's when it is shared, and so is its credential, unseen", async () => {
	const [operator, other] = [await addOperator(testConfig('api')), await addTenant(testConfig('api'))];
	const input = { name: 'for-all', kind: 'openai-compatible', baseUrl: `${upstream.url}/v1`, apiKey: FIRST };
	const { id } = (await ask('POST', '', input, operator)).data;
	expect((await chat('for-all/m', other)).status).toBe(404);
	expect((await ask('PATCH', `/${id}`, { isShared: true }, operator)).data).toMatchObject({ isShared: true });
	expect((await chat('for-all/m', other)).status).toBe(200);
	expect((await ask('GET', `/${id}`)).status).toBe(404);
	expect((await ask('GET', `/${id}/credentials`)).status).toBe(404);
});
