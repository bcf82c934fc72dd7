import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { costOf, quotaOf, type RateLimit, waitOf } from './rate-limit.js';

const limits: fc.Arbitrary<RateLimit> = fc.record({
	name: fc.constant('l'),
	burst: fc.integer({ min: 1, max: 500 }),
	perMs: fc.integer({ min: 1_000, max: 86_400_000 }),
});

describe('what is left of a limit', () => {
	it('is as many as can be taken at once, and one more after the time that is told', () => {
		fc.assert(
			fc.property(limits, fc.double({ min: 0, max: 1, noNaN: true }), (limit, share) => {
				const debt = share * limit.perMs;
				const { left, nextInMs } = quotaOf(limit, debt);
				const epsilon = 0.001;
				// the last of them does not wait, the next one waits as long as it is told
				if (left > 0) expect(waitOf(limit, debt + (left - 1) * costOf(limit), 0)).toBeLessThanOrEqual(epsilon);
				const wait = waitOf(limit, debt + left * costOf(limit), 0);
				if (left < limit.burst) expect(Math.abs(wait - nextInMs)).toBeLessThan(epsilon);
				else expect(nextInMs).toBe(0);
			}),
		);
	});

	it('is never negative and never more than there is', () => {
		fc.assert(
			fc.property(limits, fc.double({ min: -1e9, max: 1e9, noNaN: true }), (limit, debt) => {
				const { left, nextInMs } = quotaOf(limit, debt);
				expect(left).toBeGreaterThanOrEqual(0);
				expect(left).toBeLessThanOrEqual(limit.burst);
				expect(nextInMs).toBeGreaterThanOrEqual(0);
			}),
		);
	});
});
