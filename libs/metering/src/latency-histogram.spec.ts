import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PERCENTILE_ERROR, percentilesOf } from './latency-histogram.js';

/** As `histogram_of` in SQL. */
const bucketOf = (ms: number): number => Math.ceil(8 * Math.log2(Math.max(ms, 1)) - 1e-9);
const histogramOf = (values: readonly number[]): [number, number][] =>
	Array.from(Map.groupBy(values, bucketOf), ([bucket, { length }]) => [bucket, length]);

it('is as near to the exact percentiles as it says', () => {
	fc.assert(
		fc.property(fc.array(fc.integer({ min: 1, max: 3_600_000 }), { minLength: 1, maxLength: 500 }), (values) => {
			const found = percentilesOf(histogramOf(values));
			const sorted = values.toSorted((a, b) => a - b);
			for (const [part, value] of [
				[0.5, found.p50],
				[0.95, found.p95],
				[0.99, found.p99],
			] as const) {
				const exact = sorted[Math.ceil(part * values.length) - 1] ?? Number.NaN;
				expect(Math.abs((value ?? Number.NaN) - exact)).toBeLessThanOrEqual(exact * PERCENTILE_ERROR + 0.5);
			}
			expect(found.calls).toBe(values.length);
		}),
	);
});

it('knows no percentile of nothing', () => {
	expect(percentilesOf([])).toEqual({ calls: 0, p50: null, p95: null, p99: null });
});
