import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { Script } from '#libs/redis';
import { freshDatabase } from '#libs/testing';
import { type Admission, ADMITTED, admitSource, LIMITED, NEVER } from '../src/lease-scripts.js';

const STEP_MS = 60_000 / 128;
const WINDOW_MS = 60_000;
/** The same script by a clock of ours: seconds and microseconds are its last arguments. */
const script = new Script<Admission>(admitSource.replace(`redis.call('TIME')`, `{ARGV[#ARGV - 1], ARGV[#ARGV]}`), 4);
const keys = ['{o}:leases', '{o}:epochs', '{o}:reservations'];
/** No call, no epochs, one window. */
const afterTime = ['day', '', '', '', 0, 0, 1, 0];
let redis: Redis;

beforeAll(async () => {
	await freshDatabase();
	redis = new Redis(process.env['REDIS_URL'] as string);
});
afterAll(() => redis?.quit());

const ask = (key: string, ms: number, max: number, amount: number): Promise<Admission> =>
	script.run(redis, [
		...keys,
		key,
		ms + 1,
		Math.floor(ms / 86_400_000),
		...afterTime,
		STEP_MS,
		max,
		amount,
		Math.floor(ms / 1_000),
		(ms % 1_000) * 1_000,
	]);

/** Everything that was let through, in the steps in which it came; a clock that steps back counts in the newest. */
class Naive {
	private taken: { step: number; amount: number }[] = [];
	private newest: number | undefined;

	constructor(private readonly max: number) {}

	take(ms: number, amount: number): { isAllowed: boolean; used: number; waitMs: number } {
		const step = Math.floor(ms / STEP_MS);
		if (this.newest !== undefined && Math.abs(step - this.newest) > 128) {
			this.taken = [];
			this.newest = undefined;
		}
		if (this.newest !== undefined && step > this.newest) this.newest = step;
		const at = this.newest ?? step;
		const used = this.sum(at);
		const isAllowed = used + amount <= this.max;
		if (!isAllowed) return { isAllowed, used, waitMs: this.waitOf(at, ms, amount) };
		this.taken.push({ step: at, amount });
		this.newest = at;
		return { isAllowed, used: used + amount, waitMs: 0 };
	}

	private waitOf(at: number, ms: number, amount: number): number {
		if (amount > this.max) return NEVER;
		let step = at;
		while (this.sum(step) + amount > this.max) step++;
		return Math.max(1, Math.ceil(step * STEP_MS - ms));
	}

	private sum(at: number): number {
		return this.taken.filter(({ step }) => step > at - 129).reduce((sum, { amount }) => sum + amount, 0);
	}
}

const START = 1_800_000_000_000;
const moves = fc.array(
	fc.record({
		after: fc.oneof(
			{ weight: 4, arbitrary: fc.nat({ max: 1_000 }) },
			{ weight: 2, arbitrary: fc.nat({ max: 30_000 }) },
			{ weight: 1, arbitrary: fc.nat({ max: 200_000 }) },
			{ weight: 1, arbitrary: fc.integer({ min: -10_000, max: -1 }) },
		),
		amount: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12 })),
	}),
	{ minLength: 1, maxLength: 60 },
);

describe('a sliding window', () => {
	it('decides like one that remembers every call, also when the clock steps back', async () => {
		let run = 0;
		await fc.assert(
			fc.asyncProperty(moves, fc.integer({ min: 1, max: 20 }), async (all, max) => {
				const key = `{o}:window:${run++}`;
				const naive = new Naive(max);
				let ms = START;
				for (const { after, amount } of all) {
					ms += after;
					const [code, , , , waitMs, used] = await ask(key, ms, max, amount);
					const expected = naive.take(ms, amount);
					expect([code === ADMITTED, used]).toEqual([expected.isAllowed, expected.used]);
					if (code === LIMITED) expect(waitMs).toBe(expected.waitMs);
				}
			}),
			{ numRuns: 60 },
		);
	});

	it('never lets more than its limit through in any window, and at least 99 of 100', async () => {
		const admitted: number[] = [];
		const everyMs = 97;
		for (let ms = START; ms < START + 4 * WINDOW_MS; ms += everyMs) {
			const [code] = await ask('{o}:window:busy', ms, 100, 1);
			if (code === ADMITTED) admitted.push(ms);
		}
		for (const from of admitted)
			expect(admitted.filter((ms) => ms >= from && ms < from + WINDOW_MS).length).toBeLessThanOrEqual(100);
		expect(admitted.length).toBeGreaterThanOrEqual(4 * 99);
	});

	it('begins anew when the clock jumped back by more than itself', async () => {
		const ask5 = (ms: number) => ask('{o}:window:jump', ms, 5, 5);
		expect((await ask5(START))[0]).toBe(ADMITTED);
		expect((await ask5(START - 86_400_000))[0]).toBe(ADMITTED);
		expect((await ask5(START - 86_400_000 + 1))[0]).toBe(LIMITED);
	});
});
