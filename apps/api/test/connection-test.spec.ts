import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { type Answer, askApi, type Provider } from './support/ask-api.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

const FIRST = 'sk-first-credential-1111';
const SECOND = 'sk-second-credential-2222';

let api: TestApi;
let upstream: MockUpstream;
let tenant: Tenant;

beforeAll(async () => {
	await freshDatabase();
	upstream = await startMockUpstream({ models: ['m'], apiKey: FIRST });
	api = await startApi({ EGRESS_ALLOW: '127.0.0.1' });
	tenant = await addTenant(testConfig('api'));
});
afterAll(async () => {
	await api?.stop();
	await upstream?.close();
});

const ask = <T = Provider>(method: string, path: string, body?: unknown, by = tenant): Promise<Answer<T>> =>
	askApi<T>(api, by, [method, `/providers${path}`, body]);
let count = 0;
const create = async (over: object = {}): Promise<Provider> => {
	const input = { name: `p-${++count}`, kind: 'openai-compatible', baseUrl: `${upstream.url}/v1`, apiKey: FIRST };
	return (await ask('POST', '', { ...input, ...over })).data;
};

describe('a connection test', () => {
	const test = async (id: string) => {
		const startedAt = performance.now();
		const { data } = await ask<{ code: string; modelCount: number | null }>('POST', `/${id}/test`);
		return { ...data, tookMs: performance.now() - startedAt };
	};

	it('says what it found, also of a provider that is disabled', async () => {
		const good = await create();
		await ask('PATCH', `/${good.id}`, { isEnabled: false });
		expect(await test(good.id)).toMatchObject({ code: 'ok', modelCount: 1, latencyMs: expect.any(Number) });
		const wrongKey = await create({ apiKey: SECOND });
		expect(await test(wrongKey.id)).toMatchObject({ code: 'credential_refused', modelCount: null, latencyMs: null });
		const elsewhere = await create({ baseUrl: `${upstream.url}/nothing/here` });
		expect(await test(elsewhere.id)).toMatchObject({ code: 'unexpected_answer' });
	});

	it('finds closed, silent, foreign, forbidden and unknown targets alike, after the same time', async () => {
		const listener = (answer: string | undefined) =>
			createTcpServer((socket) => {
				socket.on('error', () => undefined);
				if (answer !== undefined) socket.end(answer);
			});
		const servers = [listener(undefined), listener('-ERR unknown command\r\n')];
		const ports = await Promise.all(
			servers.map(
				(server) =>
					new Promise<number>((resolve) => {
						server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
					}),
			),
		);
		const baseUrls = [
			'http://127.0.0.1:1024/v1',
			...ports.map((port) => `http://127.0.0.1:${port}/v1`),
			'http://localhost.localdomain.invalid/v1',
			'http://localhost:8000/v1',
		];
		const ids = await Promise.all(baseUrls.map(async (baseUrl) => (await create({ baseUrl })).id));
		const found = await Promise.all(ids.map(test));
		for (const server of servers) server.close();
		expect(found.map(({ code }) => code)).toEqual(baseUrls.map(() => 'unreachable'));
		const times = found.map(({ tookMs }) => Math.round(tookMs));
		console.log(`Times of tests that find nothing: ${times.join(', ')} ms`);
		for (const time of times) expect(time).toBeGreaterThanOrEqual(4_990);
	});

	it('may be made twenty times a minute in an organization', async () => {
		const other = await addTenant(testConfig('api'));
		const input = { name: 'x', kind: 'openai-compatible', baseUrl: `${upstream.url}/v1`, apiKey: FIRST };
		const { id } = (await ask('POST', '', input, other)).data;
		const answers = await Promise.all(Array.from({ length: 25 }, () => ask('POST', `/${id}/test`, undefined, other)));
		expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
		expect(answers.filter(({ code }) => code === 'too_many_tests')).toHaveLength(5);
		expect((await ask('POST', `/${(await create()).id}/test`)).status).toBe(200);
	});
});
