import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, eventually, type MockCall } from '#libs/testing';
import type { Dialect } from '../conformance/clients/client.js';
import { Installation, quiet } from '../conformance/installation.js';
import { wires } from './wire.js';

/** Clients that leave, at every point of a call and in every way: the upstream knows within a second, one row is left. */
const CUTS = Number(process.env['DISCONNECT_CUTS'] ?? 20);
const TOGETHER = 20;
const ABORT_LIMIT_MS = 1_000;
const dialects: readonly Dialect[] = ['openai', 'anthropic', 'ollama'];

interface Way {
	readonly name: string;
	/** what the upstream does */
	readonly behaviour: string;
	/** leaves after this text has come; undefined: at a random moment */
	readonly after?: (n: number) => string;
	readonly leave: (socket: Socket) => void;
}

const close = (socket: Socket): void => void socket.destroy();
const ways: readonly Way[] = [
	{ name: 'before the headers of the upstream', behaviour: 'first_byte_ms=60000', leave: close },
	{ name: 'before the first piece', behaviour: 'first_chunk_ms=60000', leave: close },
	{ name: 'after some pieces', behaviour: 'chunks=3000,delay_ms=20', after: (n) => `w${n % 5}`, leave: close },
	{ name: 'after the last piece, before the usage', behaviour: 'chunks=5,stall_at=5', after: () => 'w4', leave: close },
	{
		name: 'by RST',
		behaviour: 'chunks=3000,delay_ms=20',
		after: (n) => `w${n % 5}`,
		leave: (socket) => void socket.resetAndDestroy(),
	},
	{
		name: 'by FIN alone',
		behaviour: 'chunks=3000,delay_ms=20',
		after: (n) => `w${n % 5}`,
		leave: (socket) => void socket.end(),
	},
];

let installation: Installation;
const seen = { cuts: 0, sent: 0, slowestMs: 0, latencies: [] as number[] };
beforeAll(async () => {
	installation = await Installation.start();
}, 60_000);
afterAll(async () => {
	await installation?.stop();
});

/** Calls, waits for the moment, leaves; resolves with the moment. */
async function leave(dialect: Dialect, way: Way, isStreamed: boolean, n: number): Promise<number> {
	const wire = wires[dialect];
	const { model, key } = installation.target('openai');
	const body = JSON.stringify(wire.body(model, `do: ${way.behaviour},dimensions=${1_000 + n}`, isStreamed));
	const socket = connect(installation.api.port, '127.0.0.1');
	socket.on('error', () => undefined);
	let received = '';
	socket.on('data', (bytes) => {
		received += String(bytes);
	});
	socket.write(
		`POST ${wire.path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
	);
	const text = isStreamed ? way.after?.(n) : undefined;
	if (text === undefined) await pause(250 * Math.random());
	else await eventually(() => (received.includes(text) ? true : undefined), 20_000);
	way.leave(socket);
	const at = Date.now();
	socket.once('end', () => socket.destroy());
	return at;
}

const callOf = (n: number): MockCall | undefined =>
	installation.calls('openai').find(({ body }) => JSON.stringify(body).includes(`dimensions=${1_000 + n}"`));

const cells = dialects.flatMap((dialect) =>
	[true, false].flatMap((isStreamed) =>
		ways.map((way) => ({ dialect, how: isStreamed ? 'stream' : 'whole', isStreamed, way, name: way.name })),
	),
);

describe.each(cells)('$dialect $how', ({ dialect, isStreamed, way }) => {
	it(`${way.name}: ${CUTS} cuts`, async () => {
		for (let done = 0; done < CUTS; done += TOGETHER) {
			await installation.clear();
			const count = Math.min(TOGETHER, CUTS - done);
			const moments = await Promise.all(Array.from({ length: count }, (_, n) => leave(dialect, way, isStreamed, n)));
			for (const [n, at] of moments.entries()) {
				const call = await eventually(() => (callOf(n)?.state === 'open' ? undefined : (callOf(n) ?? 'unsent')), 5_000);
				seen.cuts += 1;
				if (call === 'unsent') continue;
				expect(call.state).toBe('aborted');
				seen.sent += 1;
				seen.latencies.push(Math.max(0, (call.abortedAt ?? Infinity) - at));
			}
			await quiet(installation.api);
			const sent = installation.calls('openai').length;
			const rows = await asOwner<{ status: string; rows: number }>(
				'SELECT status, count(*)::int AS rows FROM usage_events GROUP BY status',
			);
			expect(rows.filter(({ status }) => status !== 'interrupted')).toEqual([]);
			const kept = rows[0]?.rows ?? 0;
			// a call may have been admitted and cut before anything was sent
			expect([sent <= kept, kept <= count]).toEqual([true, true]);
		}
	}, 600_000);
});

describe('all cuts', () => {
	it('were seen upstream within a second', () => {
		const sorted = seen.latencies.toSorted((a, b) => a - b);
		const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Infinity;
		console.info(
			`disconnects: ${seen.cuts} cuts in ${cells.length} cells, ${seen.sent} after the call was sent, seen upstream after ${at(0.5)} ms (half), ${at(0.99)} ms (99 %), ${at(1)} ms (all)`,
		);
		expect(at(1)).toBeLessThanOrEqual(ABORT_LIMIT_MS);
		expect(seen.cuts).toBe(cells.length * CUTS);
	});
});
