import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { corpus, type Malformed } from './malformed-corpus.js';
import { pairs, protocols, RawInstallation } from './raw-installation.js';
import { upstreamFrames } from './upstream-frames.js';
import { endingOf, textOf, wires } from './wire.js';

/** Whatever an upstream sends: no crash, no hang, no answer that looks whole and is not, no unbounded buffer. */
const SILENCE_MS = 700;
const LIMIT_MS = 15_000;
const HELD_LIMIT_MB = 100;

/** What is still referenced, in bytes: garbage that nobody has collected yet says how busy the machine is. */
function heldMemory(): number {
	setFlagsFromString('--expose-gc');
	(runInNewContext('gc') as () => void)();
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}

let installation: RawInstallation;
let startedWith = 0;
beforeAll(async () => {
	const timeouts = { UPSTREAM_IDLE_TIMEOUT_MS: String(SILENCE_MS), UPSTREAM_FIRST_BYTE_TIMEOUT_MS: String(SILENCE_MS) };
	installation = await RawInstallation.start(timeouts);
	startedWith = heldMemory();
	for (const protocol of protocols) {
		const cases = corpus(protocol);
		installation.upstreams[protocol].answer = ({ body }) => {
			const at = Number(/-(\d+)$/.exec(String(body.model))?.[1]);
			return cases[at]?.answer ?? { pieces: [], ending: 'fin' };
		};
	}
}, 60_000);
afterAll(async () => {
	await installation?.stop();
});

const seen = { answers: 0, whole: 0, errors: 0, slowestMs: 0 };

describe.each(pairs)('$dialect client, $protocol upstream', ({ dialect, protocol }) => {
	const cases = corpus(protocol);

	/** How an answer ends for its client: whole, in an error, or in neither, which must not be. */
	const ask = async (n: number): Promise<{ result: string; text: string }> => {
		const began = performance.now();
		const answer = await installation.call(dialect, protocol, { n });
		const body = await answer.text();
		seen.slowestMs = Math.max(seen.slowestMs, performance.now() - began);
		if (answer.status !== 200) return { result: answer.status >= 400 ? 'error' : String(answer.status), text: body };
		try {
			const events = wires[dialect].events(body);
			// all had come, and then the connection broke: an error all the same
			const ending = events.at(-2) === 'end' && events.at(-1) === 'error' ? 'error' : endingOf(events);
			return { result: ending === 'end' ? 'whole' : ending, text: textOf(events).trim() };
		} catch {
			return { result: 'unreadable', text: body }; // its own upstream's bytes, as they came
		}
	};

	const isRight = ({ expected }: Malformed, { result, text }: { result: string; text: string }): boolean => {
		if (expected === 'whole') return result === 'whole' && text === 'one two';
		if (result === 'unreadable') return expected === 'either' && dialect === protocol;
		return result === 'error' || (expected === 'either' && result === 'whole');
	};

	it('takes the whole corpus', async () => {
		const wrong = new Map<string, string>();
		const queue = [...cases.entries()];
		const work = async (): Promise<void> => {
			for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
				const [n, malformed] = next;
				const got = await ask(n);
				seen.answers += 1;
				if (got.result === 'whole') seen.whole += 1;
				if (got.result === 'error') seen.errors += 1;
				if (!isRight(malformed, got))
					wrong.set(malformed.name, `${got.result}: ${JSON.stringify(got.text.slice(0, 300))}`);
			}
		};
		await Promise.all(Array.from({ length: 12 }, work));
		expect(Object.fromEntries(wrong)).toEqual({});
		const rows = await installation.rows();
		expect(rows).toHaveLength(cases.length);
	}, 120_000);

	it('answers the next client as ever', async () => {
		const { type: _, open, text, finish, end } = upstreamFrames[protocol];
		const { answer } = installation.upstreams[protocol];
		installation.stream(protocol, open() + text('fine') + finish() + end);
		const events = wires[dialect].events(await (await installation.call(dialect, protocol, { n: 399 })).text());
		expect([textOf(events), endingOf(events)]).toEqual(['fine', 'end']);
		installation.upstreams[protocol].answer = answer;
		await installation.rows();
	});
});

describe('the corpus', () => {
	it('has at least 200 cases, and takes bounded time and memory', () => {
		const grownMb = Math.round((heldMemory() - startedWith) / 1_048_576);
		const sizes = protocols.map((protocol) => corpus(protocol).length);
		console.info(
			`malformed upstreams: ${sizes.join(' + ')} cases, ${seen.answers} answers, ${seen.whole} whole, ${seen.errors} errors, ` +
				`0 crashes, 0 hangs, slowest ${Math.round(seen.slowestMs)} ms, held memory +${grownMb} MB`,
		);
		expect(sizes.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(200);
		expect(seen.slowestMs).toBeLessThan(LIMIT_MS);
		expect(grownMb).toBeLessThan(HELD_LIMIT_MB);
	});
});
