import type { LookupAddress } from 'node:dns';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EgressGuard } from '../src/egress/egress-guard.js';
import { HttpTransport } from '../src/egress/http-transport.js';
import { fetchUpstream } from '../src/fetch-upstream.js';

let server: Server;
let port: number;
const reached: string[] = [];

beforeAll(async () => {
	server = createServer((request, response) => {
		reached.push(String(request.socket.localAddress));
		response.setHeader('connection', 'close').end('{}');
	});
	await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', () => resolve()));
	({ port } = server.address() as AddressInfo);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** A name whose answers a test decides: 127.0.0.1 may be reached, 127.0.0.2 may not. */
async function connectTo(answers: readonly (readonly string[])[]): Promise<string[]> {
	let asked = 0;
	const guard = new EgressGuard(['127.0.0.1'], (_host, _options, callback) => {
		const addresses = (answers[asked++ % answers.length] ?? []).map(
			(address): LookupAddress => ({ address, family: 4 }),
		);
		queueMicrotask(() => callback(null, addresses));
	});
	const url = new URL(`http://rebinding.test:${port}`);
	const transport = new HttpTransport(url, guard, { connectMs: 1_000, firstByteMs: 1_000, idleMs: 1_000 });
	const request = { method: 'GET', path: '/', headers: {}, body: undefined } as const;
	const outcomes: string[] = [];
	for (const _ of answers)
		outcomes.push(
			await fetchUpstream(transport, request, 2_000).then(
				() => 'reached',
				(error: { code: string }) => error.code,
			),
		);
	transport.close();
	return outcomes;
}

describe('a name that changes its address', () => {
	it('is checked for every connection, on the very answer that is connected to', async () => {
		const answers = [['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1'], ['127.0.0.2']];
		expect(await connectTo(answers)).toEqual(['reached', 'egress_blocked', 'reached', 'egress_blocked']);
	});

	it('is refused when one of several answers is forbidden', async () => {
		expect(
			await connectTo([
				['127.0.0.1', '127.0.0.2'],
				['10.0.0.1', '127.0.0.1'],
			]),
		).toEqual(['egress_blocked', 'egress_blocked']);
	});

	it('never reaches the forbidden address', () => {
		expect(reached.length).toBeGreaterThan(0);
		expect(reached.filter((address) => address !== '127.0.0.1')).toEqual([]);
	});
});
