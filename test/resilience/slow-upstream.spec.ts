import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, eventually, streamChunk, streamHead } from '#libs/testing';
import { modelOf, pairs, protocols, RawInstallation } from './raw-installation.js';
import { upstreamFrames } from './upstream-frames.js';
import { endingOf, textOf, wires } from './wire.js';

const KEEP_ALIVE_MS = 600;
const SILENCE_MS = 3_000;
const STALL_MS = 1_500;

let installation: RawInstallation;
beforeAll(async () => {
	installation = await RawInstallation.start({
		STREAM_KEEP_ALIVE_MS: String(KEEP_ALIVE_MS),
		CLIENT_STALL_TIMEOUT_MS: String(STALL_MS),
		UPSTREAM_FIRST_BYTE_TIMEOUT_MS: String(SILENCE_MS),
		UPSTREAM_IDLE_TIMEOUT_MS: String(SILENCE_MS),
	});
}, 60_000);
afterAll(async () => {
	await installation?.stop();
});

describe('a silent upstream', () => {
	it.each([
		['before its first byte', '', 'upstream_timeout'],
		['in the middle of its answer', 'one ', 'upstream_stalled'],
	])(
		'%s: signs of life, then an error in every dialect, and the upstream is let go',
		async (_, said, code) => {
			for (const protocol of protocols) {
				const { type, open, text } = upstreamFrames[protocol];
				const pieces = said === '' ? [] : [streamHead(type), streamChunk(open() + text(said))];
				installation.answer(protocol, { pieces, ending: 'hang' });
			}
			await Promise.all(
				pairs.map(async ({ dialect, protocol }) => {
					const body = await (await installation.call(dialect, protocol, { n: 200 + said.length })).text();
					expect(body.match(new RegExp(wires[dialect].silence, 'gm'))?.length ?? 0).toBeGreaterThanOrEqual(1);
					const events = wires[dialect].events(body);
					expect([dialect, protocol, endingOf(events), textOf(events)]).toEqual([dialect, protocol, 'error', said]);
				}),
			);
			const hanging = () => protocols.reduce((sum, protocol) => sum + installation.upstreams[protocol].hanging, 0);
			await eventually(() => (hanging() === 0 ? true : undefined), 1_000);
			expect((await installation.rows()).map((row) => row.code)).toEqual(pairs.map(() => code));
		},
		90_000,
	);
});

/** A client that does not read holds up its own upstream, takes no memory, and is dropped after a while. */
describe('clients that read nothing', () => {
	const CLIENTS = Number(process.env['STALLED_CLIENTS'] ?? 20);
	// More than the kernel can hold on the way: what a connection may buffer at both ends, from the upstream and to the client.
	const most = (name: string): number =>
		Number(readFileSync(`/proc/sys/net/ipv4/${name}`, 'utf8').trim().split(/\s+/)[2]);
	const KERNEL = 2 * (most('tcp_rmem') + most('tcp_wmem'));
	const ANSWER = 4 * KERNEL;
	const OWN_BUFFERS = 1_048_576;
	/** In client, gateway and upstream together, which share a process here. */
	const MEMORY_MB = 16;

	const stuck = (protocol: (typeof protocols)[number]): Socket => {
		const body = JSON.stringify(wires.openai.body(modelOf(protocol, 300), 'x', true));
		const socket = connect(installation.api.port, '127.0.0.1');
		socket.pause();
		socket.on('error', () => undefined);
		socket.write(
			`POST ${wires.openai.path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${installation.tenant.key}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
		);
		return socket;
	};

	it.each(protocols)(
		'%s upstream',
		async (protocol) => {
			const { type, open, text } = upstreamFrames[protocol];
			const piece = streamChunk(text('x'.repeat(16_384)));
			let sent = 0;
			installation.upstreams[protocol].answer = () => ({
				pieces: [streamHead(type), streamChunk(open() + text('one '))],
				ending: 'hang',
				pour: (socket) => {
					let left = ANSWER;
					const more = (): void => {
						for (; left > 0 && socket.writable; left -= piece.length) {
							sent += piece.length;
							if (!socket.write(piece)) return void socket.once('drain', more);
						}
					};
					more();
				},
			});
			const before = process.memoryUsage().rss;
			const sockets = Array.from({ length: CLIENTS }, () => stuck(protocol));
			await eventually(async () => {
				const [ledger] = await asOwner<{ count: number }>('SELECT count(*)::int AS count FROM usage_events');
				return (ledger?.count ?? 0) >= CLIENTS ? true : undefined;
			}, 60_000);
			const rows = await installation.rows();
			const grownMb = (process.memoryUsage().rss - before) / 1_048_576;
			console.info(
				`${CLIENTS} clients of a ${protocol} upstream that read nothing: ${(sent / CLIENTS / 1_024).toFixed(0)} kB sent for each, kernel buffers included; memory +${grownMb.toFixed(0)} MB in client, gateway and upstream together`,
			);
			expect(rows.map(({ status, code }) => [status, code])).toEqual(
				Array.from({ length: CLIENTS }, () => ['interrupted', 'client_stalled']),
			);
			expect(sent / CLIENTS).toBeLessThan(KERNEL + OWN_BUFFERS);
			expect(grownMb / CLIENTS).toBeLessThan(MEMORY_MB);
			for (const socket of sockets) socket.destroy();
		},
		90_000,
	);
});
