import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { plainAnswer, streamChunk, streamHead } from '#libs/testing';
import { OpenAI7 } from '../clients/index.js';
import { modelOf, pairs, RawInstallation } from './raw-installation.js';
import { upstreamFrames } from './upstream-frames.js';
import { endingOf, textOf, wires } from './wire.js';

let installation: RawInstallation;
beforeAll(async () => {
	installation = await RawInstallation.start();
}, 60_000);
afterAll(async () => {
	await installation?.stop();
});

/** A client that tries three times, in front of an upstream that always fails: the gateway adds next to nothing. */
describe('retries on top of retries', () => {
	const CALLS = 40;
	const ALLOWED = 1.2;

	it.each([
		['500', plainAnswer('{"error":{"message":"no"}}', 'application/json', 500)],
		['503', plainAnswer('{"error":{"message":"no"}}', 'application/json', 503)],
		['429', plainAnswer('{"error":{"message":"no"}}', 'application/json', 429)],
	])(
		'an upstream that answers %s',
		async (status, refusal) => {
			const upstream = installation.upstreams.openai;
			const before = upstream.calls.length;
			installation.answer('openai', { pieces: [refusal], ending: 'keep' });
			let attempts = 0;
			const counting: typeof fetch = (input, init) => {
				attempts += 1;
				return fetch(input, init);
			};
			const client = new OpenAI7({
				apiKey: installation.tenant.key,
				baseURL: `${installation.api.url}/v1`,
				maxRetries: 2,
				fetch: counting,
			});
			const model = modelOf('openai', 50 + Number(status) - 400);
			const messages = [{ role: 'user' as const, content: 'x' }];
			const calls = Array.from({ length: CALLS }, () => client.chat.completions.create({ model, messages }));
			const settled = await Promise.allSettled(calls);
			expect(settled.filter((result) => result.status === 'fulfilled')).toEqual([]);
			const asked = upstream.calls.length - before;
			console.info(
				`upstream of ${status}: ${CALLS} calls, ${attempts} attempts of the client, ${asked} calls upstream (${(asked / attempts).toFixed(2)} an attempt)`,
			);
			expect(asked).toBeLessThanOrEqual(attempts * ALLOWED);
			await installation.rows();
		},
		60_000,
	);
});

/** An upstream that says more than it was asked: its bytes never reach the next call on the connection. */
describe('a second answer on a connection that is kept', () => {
	const ROUNDS = Number(process.env['FOREIGN_ROUNDS'] ?? 100);
	const foreign = plainAnswer('{"foreign":"bytes"}');

	it.each(pairs)(
		'$dialect client, $protocol upstream: no foreign byte',
		async ({ dialect, protocol }) => {
			const { type, open, text, finish, end } = upstreamFrames[protocol];
			const stream = (said: string): Buffer[] => [
				Buffer.from(streamHead(type)),
				streamChunk(open() + text(said) + finish() + end),
				streamChunk(),
			];
			const upstream = installation.upstreams[protocol];
			const results = { own: 0, failed: 0, foreign: 0 };
			for (let round = 0; round < ROUNDS; round++) {
				const said = `round ${round}`;
				// the extra answer comes in the same packet, or later while the connection idles, or as another stream
				const extra = [foreign, foreign.subarray(0, 20), Buffer.concat(stream('FOREIGN'))][round % 3] as Buffer;
				upstream.answer = () => ({ pieces: [Buffer.concat([...stream(said), extra])], ending: 'keep' });
				const answer = await installation.call(dialect, protocol, { n: 100 + (round % 50) });
				const body = await answer.text();
				if (/foreign/i.test(body)) results.foreign += 1;
				if (answer.status !== 200) results.failed += 1;
				else if (textOf(wires[dialect].events(body)) === said && endingOf(wires[dialect].events(body)) === 'end')
					results.own += 1;
			}
			console.info(`foreign bytes, ${dialect} ← ${protocol}: ${JSON.stringify(results)} of ${ROUNDS}`);
			expect(results.foreign).toBe(0);
			expect(results.own + results.failed).toBe(ROUNDS);
			await installation.rows();
		},
		300_000,
	);
});
