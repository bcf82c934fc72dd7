import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase, testConfig } from '#libs/testing';
import { askApi } from './support/ask-api.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

const MB = 1_048_576;
const HEAD = 'HTTP/1.1 200 OK\r\n';

/** Writes at the pace of the reader until `total` bytes are out or the reader is gone; counts what was taken. */
function pour(socket: Socket, piece: Buffer, total: number): void {
	let left = total;
	const more = (): void => {
		while (left > 0 && !socket.destroyed) {
			left -= piece.length;
			poured += piece.length;
			if (!socket.write(piece)) return void socket.once('drain', more);
		}
		if (!socket.destroyed) socket.end();
	};
	more();
}

const layers = (count: number): Buffer => {
	let body: Buffer = Buffer.alloc(10 * MB, ' ');
	for (let layer = 0; layer < count; layer++) body = gzipSync(body);
	return body;
};
const bomb = layers(50);
const spaces = Buffer.alloc(65_536, 'x');

/** What an upstream answers to a call, as raw bytes. */
const attacks: Readonly<Record<string, (socket: Socket) => void>> = {
	'100 MB of JSON': (socket) => {
		socket.write(`${HEAD}content-type: application/json\r\n\r\n{"choices":"`);
		pour(socket, spaces, 100 * MB);
	},
	'a line of 1 GB': (socket) => {
		socket.write(`${HEAD}content-type: text/event-stream\r\n\r\ndata: {"choices":"`);
		pour(socket, spaces, 1_024 * MB);
	},
	'fifty layers of gzip': (socket) => {
		const encodings = Array.from({ length: 50 }, () => 'gzip').join(', ');
		socket.write(`${HEAD}content-encoding: ${encodings}\r\ncontent-length: ${bomb.length}\r\n\r\n`);
		socket.end(bomb);
	},
	'headers without end': (socket) => {
		socket.write(HEAD);
		pour(socket, Buffer.from(`x-more: ${'y'.repeat(1_000)}\r\n`.repeat(50)), 100 * MB);
	},
	'early answers without end': (socket) =>
		pour(socket, Buffer.from('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'.repeat(1_000)), 100 * MB),
	'early answers that switch protocols': (socket) => {
		socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n');
	},
	HTML: (socket) => socket.end(`${HEAD}content-type: text/html\r\n\r\n<html>not a model</html>`),
	'no HTTP': (socket) => socket.end('-ERR unknown command\r\n'.repeat(100)),
	'two lengths': (socket) => socket.end(`${HEAD}content-length: 5\r\ncontent-length: 6\r\n\r\nabcdef`),
	'chunks of nonsense': (socket) => socket.end(`${HEAD}transfer-encoding: chunked\r\n\r\nZZ\r\nx\r\n`),
};

const good = JSON.stringify({
	id: 'c',
	object: 'chat.completion',
	created: 0,
	model: 'm',
	choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
	usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});
const hop = [
	'set-cookie: session=stolen',
	'connection: keep-alive, x-secret',
	'x-secret: 1',
	'keep-alive: timeout=9999',
	'proxy-authenticate: Basic',
	'server: evil',
	'location: http://evil.test',
	'access-control-allow-origin: *',
	'content-security-policy: none',
	'strict-transport-security: max-age=0',
	'x-parallama-provider: somebody-else',
	'x-request-id: not-ours',
	'alt-svc: h3=":443"',
	'refresh: 0; url=http://evil.test',
].join('\r\n');

let api: TestApi;
let upstream: Server;
let tenant: Tenant;
let behave: (socket: Socket) => void = () => undefined;
let poured = 0;
const sockets = new Set<Socket>();

beforeAll(async () => {
	await freshDatabase();
	upstream = createServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => undefined);
		socket.on('close', () => sockets.delete(socket));
		socket.once('data', () => behave(socket));
	});
	await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
	api = await startApi({ EGRESS_ALLOW: '127.0.0.1', UPSTREAM_FIRST_BYTE_TIMEOUT_MS: '3000' });
	tenant = await addTenant(testConfig('api'));
});
afterAll(async () => {
	await api?.stop();
	for (const socket of sockets) socket.destroy();
	await new Promise((resolve) => upstream.close(resolve));
});

let count = 0;
/** A provider and a name for it that nothing has failed at yet: a breaker must not answer for the upstream. */
async function fresh(): Promise<{ id: string; model: string }> {
	const model = `m-${++count}`;
	const baseUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`;
	const input = { name: `p-${count}`, kind: 'openai-compatible', baseUrl };
	const { id } = (await askApi(api, tenant, ['POST', '/providers', input])).data;
	await askApi(api, tenant, ['POST', '/aliases', { name: model, targets: [{ providerId: id, model: 'm' }] }]);
	return { id, model };
}

async function call(isStreamed: boolean, path = '/v1/chat/completions') {
	const { model } = await fresh();
	const response = await fetch(api.url + path, {
		method: 'POST',
		headers: { 'x-api-key': tenant.key },
		body: JSON.stringify({ model, stream: isStreamed, messages: [{ role: 'user', content: 'hi' }] }),
	});
	return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Largest growth of this process while `work` runs, in MB. */
async function growth(work: () => Promise<void>): Promise<number> {
	const before = process.memoryUsage.rss();
	let most = before;
	const sampling = setInterval(() => {
		most = Math.max(most, process.memoryUsage.rss());
	}, 5);
	await work();
	clearInterval(sampling);
	return Math.round((Math.max(most, process.memoryUsage.rss()) - before) / MB);
}

describe('a hostile upstream', () => {
	it.each(Object.keys(attacks))(
		'with %s is an error of its own, in bounded memory',
		async (name) => {
			behave = attacks[name] ?? behave;
			poured = 0;
			const outcomes: string[] = [];
			const grown = await growth(async () => {
				for (const path of ['/v1/chat/completions', '/api/chat'])
					for (const isStreamed of [false, true]) {
						const { status, text } = await call(isStreamed, path);
						outcomes.push(status === 200 ? 'error in the stream' : String(status));
						// a stream that had begun says so in-band, and never looks whole
						if (status === 200) expect(text).toContain('"error"');
						else expect(status).toBe(502);
						expect(text).not.toContain('[DONE]');
						expect(text.length).toBeLessThan(2 * MB);
					}
			});
			console.log(
				`${name}: ${outcomes.join(', ')}; ${Math.round(poured / MB)} MB taken in 4 calls, grew by ${grown} MB`,
			);
			expect(grown).toBeLessThan(400);
		},
		60_000,
	);

	it('adds no header to what a client gets', async () => {
		behave = (socket) =>
			socket.end(`${HEAD}content-type: application/json\r\n${hop}\r\ncontent-length: ${good.length}\r\n\r\n${good}`);
		const { status, headers } = await call(false);
		expect(status).toBe(200);
		expect(headers.get('x-parallama-provider')).toBe(`p-${count}`);
		expect(headers.get('x-request-id')).not.toBe('not-ours');
		expect([...headers.keys()].toSorted().join(' ')).not.toMatch(
			/cookie|secret|server|location|proxy|alt-svc|refresh|allow-origin/,
		);
		expect(headers.get('content-security-policy')).not.toBe('none');
	});

	it('says nothing of itself where only a connection is tested', async () => {
		behave = (socket) =>
			socket.end(`${HEAD}content-type: application/json\r\n\r\n{"internal":"secret-of-the-network"}`);
		const { id } = await fresh();
		const test = await askApi(api, tenant, ['POST', `/providers/${id}/test`]);
		expect(test.data).toEqual({ code: 'unexpected_answer', latencyMs: null, modelCount: null });
	});
});
