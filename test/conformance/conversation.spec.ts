import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, matches } from '#libs/testing';
import { anthropicKinds } from './clients/anthropic.js';
import { type Client, type Dialect, person, type Target, weather } from './clients/client.js';
import { langChainKinds } from './clients/langchain.js';
import { ollamaKinds } from './clients/ollama.js';
import { openAiKinds } from './clients/openai.js';
import { vercelKinds } from './clients/vercel.js';
import { CompatibilityPage, type Result } from './compatibility-page.js';
import { BODY_LIMIT, Installation, quiet } from './installation.js';

/** One conversation, held by every client through every pair of dialect and upstream protocol. */
const kinds = [...openAiKinds, ...anthropicKinds, ...ollamaKinds, ...vercelKinds, ...langChainKinds];
const protocols: readonly Dialect[] = ['openai', 'anthropic', 'ollama'];
const CUTS = 20;
const ABORT_LIMIT_MS = 1_000;
/** A picture of one pixel. */
const png = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
	'base64',
);
const answer = 'w0 w1 w2 w3 w4';
const prompt = 'do: prompt_tokens=11,cached_tokens=4,thinking=2,chunks=5';

let installation: Installation;
const page = new CompatibilityPage();
const cuts = { made: 0, sent: 0, slowestMs: 0 };
beforeAll(async () => {
	installation = await Installation.start();
}, 60_000);
afterAll(async () => {
	await installation?.stop();
});

const cells = kinds.flatMap((kind) => protocols.map((protocol) => ({ client: kind.name, protocol, kind })));

describe.each(cells)('$client, $protocol upstream', ({ kind, protocol }) => {
	const connect = (wrong: Partial<Target> = {}): Client => kind.connect(installation.target(protocol, wrong));

	/** Runs a part of the conversation; its one call upstream must be one row with the upstream's exact usage. */
	async function counted<T>(work: () => Promise<T>): Promise<T> {
		await installation.clear();
		const result = await work();
		const rows = await installation.ledger(1);
		const calls = installation.calls(protocol);
		const expected = { ...installation.reported(protocol, calls[0]), status: 'ok', source: 'provider', attempts: 1 };
		expect([calls.length, rows]).toEqual([1, [expected]]);
		return result;
	}

	/** Follows a stream and leaves it: after some pieces, or at a random moment, perhaps before anything was sent. */
	async function leave(client: Client, n: number): Promise<{ at: number; chunks: string }> {
		const leaving = new AbortController();
		let at = 0;
		const go = (): void => {
			if (!leaving.signal.aborted) at = Date.now();
			leaving.abort();
		};
		let pieces = n % 2 === 0 ? Math.ceil(5 * Math.random()) : Infinity;
		const onPiece = (): void => {
			if (--pieces <= 0) go();
		};
		const following = client
			.follow(`do: chunks=${2_000 + n},delay_ms=20`, leaving.signal, onPiece)
			.catch(() => undefined);
		if (n % 2 === 1) await pause(150 * Math.random()).then(go);
		await following;
		return { at, chunks: String(2_000 + n) };
	}

	/** Notes on the page how a part went; what is not noted has failed. */
	const note = (part: string, result: Result = 'yes'): void => page.note(kind.name, protocol, part, result);

	it('chat', async () => {
		const said = await counted(() => connect().chat(prompt));
		expect({ ...said, text: said.text.trim() }).toEqual({ text: answer, input: 11, output: 7 });
		note('chat');
	});

	it('stream', async () => {
		const said = await counted(() => connect().stream(prompt));
		expect({ ...said, text: said.text.trim() }).toEqual({ text: answer, input: 11, output: 7 });
		note('stream');
	});

	it('tools', async () => {
		const { name, input } = await counted(() => connect().callTool('how is Oslo?'));
		expect(name).toBe(weather.name);
		expect(input).toEqual({ city: expect.any(String), days: expect.any(Number) });
		expect(matches(weather.parameters, input)).toBe(true);
		note('tools');
	});

	it('JSON schema', async () => {
		const value = await counted(() => connect().json('who?'));
		expect([value, matches(person, value)]).toEqual([
			{ name: expect.any(String), age: expect.any(Number), tags: expect.any(Array) },
			true,
		]);
		note('JSON schema');
	});

	it('image', async () => {
		const { text } = await counted(() => connect().look('do: chunks=5', png));
		expect(text.trim()).toBe(answer);
		const hash = createHash('sha256').update(png).digest('hex');
		expect(installation.calls(protocol)[0]?.images).toEqual([hash]);
		note('image');
	});

	it('embeddings', async () => {
		const client = connect();
		const embed = client.embed?.bind(client);
		if (embed === undefined) return note('embeddings', 'no call');
		if (protocol === 'anthropic') {
			const error = await embed(['a', 'b']).then(
				() => undefined,
				(reason: unknown) => reason,
			);
			const { responseBody = '' } = error as { responseBody?: string }; // not every client repeats what it was told
			expect([kind.statusOf(error), String(error) + responseBody]).toEqual([400, expect.stringMatching(/embedding/i)]);
			return note('embeddings', 'refused');
		}
		const vectors = await counted(() => embed(['a', 'b']));
		expect(vectors.map((vector) => [vector.length, vector.every(Number.isFinite)])).toEqual([
			[8, true],
			[8, true],
		]);
		note('embeddings');
	});

	it('models', async () => {
		const ids = await connect().models?.();
		if (ids === undefined) return note('models', 'no call');
		expect(ids).toContain(installation.target(protocol).model);
		note('models');
	});

	it('errors', async () => {
		await installation.clear();
		const statusOf = (client: Client, text: string) =>
			client.chat(text).then(
				() => 200,
				(error: unknown) => kind.statusOf(error),
			);
		expect({
			unknownModel: await statusOf(connect({ model: 'nothing' }), 'x'),
			badKey: await statusOf(connect({ key: 'pl_wrong' }), 'x'),
			tooLarge: await statusOf(connect(), 'x'.repeat(BODY_LIMIT)),
			upstreamThrottles: await statusOf(connect(), 'do: status=429'),
			upstreamRefuses: await statusOf(connect(), 'do: status=400'),
		}).toEqual({ unknownModel: 404, badKey: 401, tooLarge: 413, upstreamThrottles: 429, upstreamRefuses: 400 });
		note('errors');
	});

	it('abort', async () => {
		await installation.clear();
		const client = connect();
		const left = await Promise.all(Array.from({ length: CUTS }, (_, n) => leave(client, n)));
		for (const { at, chunks } of left) {
			const mine = () =>
				installation.calls(protocol).find(({ body }) => JSON.stringify(body).includes(`chunks=${chunks},`));
			const call = await eventually(() => (mine()?.state === 'open' ? undefined : (mine() ?? 'unsent')));
			cuts.made += 1;
			if (call === 'unsent') continue;
			cuts.sent += 1;
			expect(call.state).toBe('aborted');
			cuts.slowestMs = Math.max(cuts.slowestMs, (call.abortedAt ?? Infinity) - at);
		}
		expect(cuts.slowestMs).toBeLessThan(ABORT_LIMIT_MS);
		await quiet(installation.api);
		const sent = installation.calls(protocol).length;
		const rows = await installation.ledger(0);
		expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['interrupted']));
		// a call may have been admitted and cut before anything was sent
		expect([sent <= rows.length, rows.length <= CUTS]).toEqual([true, true]);
		note('abort');
	});
});

describe('the whole', () => {
	it('leaves no call of an aborted client running', () => {
		console.info(
			`aborts: ${cuts.made} cuts, ${cuts.sent} after the call was sent, all seen upstream, the slowest after ${cuts.slowestMs} ms`,
		);
		expect(cuts.made).toBe(cells.length * CUTS);
	});

	it('is what docs/compatibility.md says (UPDATE_DOCS=1 writes it)', async () => {
		expect(await page.kept()).toBe(page.text());
	});
});
