import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase, testConfig } from '#libs/testing';
import { ApiProcess } from './support/api-process.js';
import { sendRaw, split } from './support/raw-socket.js';
import { addTenant } from './support/tenants.js';

const PLATFORM_LIMIT = 1_048_576;
const { BODY_LIMIT_BYTES: DIALECT_LIMIT } = testConfig('api').http;
const FIRST_BYTES = 16_384;

const anthropic = { type: 'error', error: { type: expect.any(String), message: expect.any(String) } };
/** Who is asked, how much it takes, and what an error looks like there. */
const places = [
	{ path: '/api/v1/projects', field: '"name":', limit: PLATFORM_LIMIT, shape: { success: false, data: null } },
	{ path: '/v1/chat/completions', field: '"model":"m","messages":', limit: DIALECT_LIMIT, shape: anthropic },
	{ path: '/openai/v1/embeddings', field: '"model":"m","input":', limit: DIALECT_LIMIT, shape: anthropic },
	{
		path: '/anthropic/v1/messages',
		field: '"model":"m","max_tokens":9,"messages":',
		limit: DIALECT_LIMIT,
		shape: anthropic,
	},
	{ path: '/api/chat', field: '"model":"m","messages":', limit: DIALECT_LIMIT, shape: { error: expect.any(String) } },
] as const;
type Place = (typeof places)[number];

interface Attempt {
	readonly status: number | undefined;
	readonly answer: object;
	readonly startedAt: number;
	/** Resident bytes of the process, after it; and how many more than before it. */
	readonly rss: number;
	readonly growth: number;
}

const numbered = (count: number, name: (n: number) => string) =>
	Array.from({ length: count }, (_, n) => `"${name(n)}":1`).join(',');
const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
/** Integer-like names, which engines keep apart and sort; and names that a weak hash of 31 per character cannot tell apart. */
const sortable = (n: number) => String(4_294_967_294 - n * 7);
const colliding = (n: number) => n.toString(2).padStart(16, '0').replaceAll('0', 'Aa').replaceAll('1', 'BB');

function sized({ field }: Place, bytes: number): string {
	const [start, end] = [`{${field}"`, '"}'];
	return start + 'x'.repeat(bytes - start.length - end.length) + end;
}

const bodies: Record<string, (place: Place) => string> = {
	'4,175 levels': ({ field }) => `{${field}${nested(4_175)}}`,
	'a million levels': ({ field }) => `{${field}${nested(1_000_000)}}`,
	'a million levels that never end': ({ field }) => `{${field}${'['.repeat(1_000_000)}`,
	'a million objects in each other': ({ field }) => `{${field}${'{"a":'.repeat(1_000_000)}`,
	'a million keys': ({ field }) => `{${field}1,${numbered(1_000_000, (n) => n.toString(36))}}`,
	'50,000 integer-like keys': ({ field }) => `{${field}1,${numbered(50_000, sortable)}}`,
	'20,000 keys that collide in a weak hash': ({ field }) => `{${field}1,${numbered(20_000, colliding)}}`,
	'9,000 keys that collide, within the limit of keys': ({ field }) => `{${field}1,${numbered(9_000, colliding)}}`,
	'1e400': ({ field }) => `{${field}1e400}`,
	'a number of 100,000 digits': ({ field }) => `{${field}${'9'.repeat(100_000)}}`,
	'a duplicate key': ({ field }) => `{${field}[],"a":1,"a":2}`,
	'9,000 duplicates of one key': ({ field }) => `{${field}[]${',"a":1'.repeat(9_000)}}`,
	'as large as allowed': (place) => sized(place, place.limit),
	'one byte above': (place) => sized(place, place.limit + 1),
};

describe('odd JSON', () => {
	let api: ApiProcess;
	let port: number;
	let management: string;
	let key: string;
	let atRest: number;
	let startedAt: number;
	const figures: string[] = [];
	beforeAll(async () => {
		await freshDatabase();
		({ key } = await addTenant(testConfig('api')));
		api = new ApiProcess();
		const { url, management: probes } = await api.ready();
		[port, management] = [Number(new URL(url).port), probes];
		for (const place of places) await send(place, '{}');
		({ rss: atRest, startedAt } = await measured());
	});
	afterAll(() => {
		api.stop();
		if (process.env.FIGURES_OUT !== undefined) writeFileSync(process.env.FIGURES_OUT, `${figures.join('\n')}\n`);
	});

	/** What is not served or announces too much is answered before its body is read, and the rest would be written in vain. */
	async function send(place: Place, body: string) {
		const { path, limit } = place;
		const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nx-api-key: ${key}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`;
		const { text, statuses } = await sendRaw(port, head + (body.length <= limit ? body : body.slice(0, FIRST_BYTES)));
		return { status: statuses[0], body: JSON.parse(split(text).body) as object };
	}
	/** Of the api's process; the delay of its event loop is the longest since the last time. */
	async function measured() {
		const text = await (await fetch(`${management}/metrics`)).text();
		const value = (name: string) => Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
		return {
			delayMs: Math.round(value('nodejs_eventloop_lag_max_seconds') * 1_000),
			rss: value('process_resident_memory_bytes'),
			startedAt: value('process_start_time_seconds'),
		};
	}

	/** Times are noted, not judged: they are the machine's. */
	async function attempt(place: Place, body: string): Promise<Attempt> {
		const before = await measured();
		const { status, body: answer } = await send(place, body);
		const after = await measured();
		const growth = after.rss - before.rss;
		figures.push(
			`${place.path}\t${body.length} bytes\t${status}\t${after.delayMs} ms\t${Math.round((after.rss - atRest) / 1_048_576)} MiB`,
		);
		return { status, answer, startedAt: after.startedAt, rss: after.rss, growth };
	}

	const cases = Object.entries(bodies).flatMap(([name, make]) => places.map((place) => ({ name, make, place })));
	it.each(cases)('$name to $place.path: refused in its shape, at a bounded price', async ({ make, place }) => {
		const body = make(place);
		const { status, answer, startedAt: since, growth } = await attempt(place, body);
		if (body.length > place.limit) expect(status).toBe(413);
		else expect([400, 404]).toContain(status);
		expect(answer).toMatchObject(place.shape);
		// one as large as is allowed is there as bytes, as text and as a value for a moment
		expect(growth).toBeLessThan((body.length < DIALECT_LIMIT ? 2 : 4) * DIALECT_LIMIT);
		expect(since).toBe(startedAt);
	});

	it('the largest bodies leave nothing behind, however many there are', async () => {
		const [, chat] = places;
		const body = sized(chat, chat.limit);
		const grown: number[] = [];
		for (let n = 0; n < 15; n++) grown.push((await attempt(chat, body)).rss);
		const [early, late] = [Math.max(...grown.slice(0, 5)), Math.min(...grown.slice(5))];
		expect(late - early).toBeLessThan(2 * chat.limit);
	});
});
