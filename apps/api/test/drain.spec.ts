import { connect, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, freshDatabase, startMockUpstream, testConfig } from '#libs/testing';
import { drain } from '../src/drain.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

const GRACE_MS = 60_000;

describe('the drain', () => {
	let tenant: Tenant;
	let mock: Awaited<ReturnType<typeof startMockUpstream>>;
	let sockets: Socket[] = [];
	beforeAll(async () => {
		await freshDatabase();
		tenant = await addTenant(testConfig('api'));
	});
	afterEach(async () => {
		for (const socket of sockets) socket.destroy();
		sockets = [];
		await mock.close();
	});

	/** A connection that has sent `bytes`; resolves when it is open. */
	const open = (port: number, bytes = '') =>
		new Promise<Socket>((resolve, reject) => {
			const socket = connect(port, '127.0.0.1', () => {
				socket.write(bytes);
				resolve(socket);
			});
			socket.on('error', reject).resume();
			sockets.push(socket);
		});

	/** An api whose upstream answers when `release` is called. */
	async function slowApi(): Promise<{ api: TestApi; release: () => void; asked: () => number }> {
		mock = await startMockUpstream({});
		const api = await startApi({ OLLAMA_URL: mock.url });
		const released = Promise.withResolvers<undefined>();
		let count = 0;
		await (await fetch(`${api.url}/v1/models`, { headers: { 'x-api-key': tenant.key } })).text(); // the models are known
		mock.behave(async ({ path }) => {
			if (path !== '/api/chat') return {}; // the api asks for more than answers
			count++;
			await released.promise;
			return {};
		});
		return { api, release: () => released.resolve(undefined), asked: () => count };
	}
	const body = JSON.stringify({ model: 'mock', stream: true, messages: [{ role: 'user', content: 'x' }] });
	const call = `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nx-api-key: KEY\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
	const stream = (api: TestApi) =>
		fetch(`${api.url}/v1/chat/completions`, {
			method: 'POST',
			headers: { 'x-api-key': tenant.key, 'content-type': 'application/json' },
			body,
		}).then((answer) => answer.text());

	it('waits for the stream alone, not for connections that ask for nothing', async () => {
		const { api, release, asked } = await slowApi();
		await Promise.all(Array.from({ length: 20 }, () => open(api.port)));
		await open(api.port, 'GET /health HTTP/1.1\r\nhost: x\r\n\r\n'); // idle soon
		await open(api.port, 'GET /health HTTP/1.1\r\nhost:'); // never a whole request
		const answer = stream(api);
		await eventually(() => (asked() === 1 ? true : undefined));
		let isDrained = false;
		const drained = drain(api, GRACE_MS).then(() => (isDrained = true));
		await eventually(() => (api.hooks.inFlight.count === 1 ? true : undefined));
		expect(isDrained).toBe(false);
		const before = performance.now();
		release();
		expect(await answer).toMatch(/data: \[DONE\]\s*$/);
		await drained;
		expect(performance.now() - before).toBeLessThan(5_000);
	});

	it('with nothing to answer it ends at once', async () => {
		const { api } = await slowApi();
		await Promise.all(Array.from({ length: 20 }, () => open(api.port)));
		const before = performance.now();
		await drain(api, GRACE_MS);
		expect(performance.now() - before).toBeLessThan(5_000);
	});

	it('counts exactly: answers, refusals, streams, clients that went away, also with requests behind others', async () => {
		const { api, release, asked } = await slowApi();
		const { inFlight } = api.hooks;
		const none = () => eventually(() => (inFlight.count === 0 ? true : undefined));
		for (const path of ['/health', '/nowhere', '/api/v1/projects', '/v1/models', '/%zz'])
			await (await fetch(api.url + path, { headers: { 'x-api-key': tenant.key } })).text();
		await none();
		const request = call.replace('KEY', tenant.key);
		const pipelining = await open(api.port, request + request + request);
		const aborting = await open(api.port, request);
		await eventually(() => (asked() >= 2 && inFlight.count >= 2 ? true : undefined));
		pipelining.destroy();
		aborting.destroy();
		await none();
		const answer = stream(api);
		await eventually(() => (inFlight.count === 1 ? true : undefined));
		release();
		await answer;
		await none();
		expect(inFlight.count).toBe(0);
		await drain(api, GRACE_MS);
	});
});
