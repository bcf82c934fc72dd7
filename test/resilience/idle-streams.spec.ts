import { request, type ClientRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, eventually } from '#libs/testing';
import { Installation, quiet } from '../conformance/installation.js';
import { wires } from './wire.js';

/** Many streams that say next to nothing: little memory, no connection of PostgreSQL, and others are served as ever. */
const STREAMS = Number(process.env['IDLE_STREAMS'] ?? 100);
const SECONDS = Number(process.env['IDLE_SECONDS'] ?? 1);

let installation: Installation;
beforeAll(async () => {
	installation = await Installation.start();
}, 60_000);
afterAll(async () => {
	await installation?.stop();
});

const { path } = wires.openai;

/** A stream that is open once its first piece has come. */
function open(): Promise<ClientRequest> {
	const { model, key } = installation.target('openai');
	return new Promise((resolve, reject) => {
		const call = request(`${installation.api.url}${path}`, {
			method: 'POST',
			headers: { authorization: `Bearer ${key}` },
			agent: false,
		});
		call.on('response', (answer) => {
			answer.once('data', () => resolve(call));
			answer.on('error', () => undefined);
		});
		call.on('error', reject);
		call.end(JSON.stringify(wires.openai.body(model, 'do: chunks=1000,delay_ms=15000', true)));
	});
}

async function milliseconds(): Promise<number> {
	const { model, key } = installation.target('openai');
	const began = performance.now();
	const answer = await fetch(installation.api.url + path, {
		method: 'POST',
		headers: { authorization: `Bearer ${key}` },
		body: JSON.stringify(wires.openai.body(model, 'do: chunks=2', false)),
	});
	expect(answer.status).toBe(200);
	await answer.text();
	return performance.now() - began;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

describe('idle streams', () => {
	it(`${STREAMS} at once`, async () => {
		const alone: number[] = [];
		for (let n = 0; n < 20; n++) alone.push(await milliseconds());
		const before = process.memoryUsage().rss;
		const streams: ClientRequest[] = [];
		for (let n = 0; n < STREAMS; n += 50)
			streams.push(...(await Promise.all(Array.from({ length: Math.min(50, STREAMS - n) }, open))));
		const kilobytes = (process.memoryUsage().rss - before) / 1_024 / STREAMS;
		const beside: number[] = [];
		for (const end = performance.now() + SECONDS * 1_000; performance.now() < end; ) beside.push(await milliseconds());
		const [held] = await asOwner<{ active: number }>(
			`SELECT count(*)::int AS active FROM pg_stat_activity WHERE usename = 'test_app' AND state <> 'idle'`,
		);
		console.info(
			`idle streams: ${STREAMS} open for ${SECONDS} s, ${kilobytes.toFixed(0)} kB each for client, gateway and upstream together; ` +
				`a call takes ${median(beside).toFixed(1)} ms beside them, ${median(alone).toFixed(1)} ms alone; ${held?.active} connections of PostgreSQL busy`,
		);
		expect(installation.calls('openai').filter(({ state }) => state === 'open')).toHaveLength(STREAMS);
		expect(held?.active).toBeLessThanOrEqual(1); // the ledger's, for the calls beside them
		for (const stream of streams) stream.destroy();
		await eventually(() => (installation.calls('openai').every(({ state }) => state !== 'open') ? true : undefined));
		await quiet(installation.api);
	}, 900_000);
});
