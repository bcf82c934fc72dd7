/** Calls by how long they took: the bucket's number and how many. A bucket holds more than 2^((b-1)/8) and at most 2^(b/8) ms. */
export type LatencyHistogram = readonly (readonly [bucket: number, calls: number])[];

/** Milliseconds; `null` without calls. */
export interface Percentiles {
	readonly calls: number;
	readonly p50: number | null;
	readonly p95: number | null;
	readonly p99: number | null;
}

/** By how much of itself a percentile may be away from the exact one, half a millisecond of rounding aside. */
export const PERCENTILE_ERROR = 0.045;

const BUCKETS_PER_DOUBLING = 8;

export function percentilesOf(histogram: LatencyHistogram): Percentiles {
	const sorted = histogram.toSorted(([a], [b]) => a - b);
	const calls = sorted.reduce((sum, [, n]) => sum + n, 0);
	const at = (part: number): number | null => {
		let before = 0;
		const rank = Math.ceil(part * calls);
		for (const [bucket, n] of sorted) if ((before += n) >= rank && rank > 0) return middleOf(bucket);
		return null;
	};
	return { calls, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** The geometric middle: no value of the bucket is more than 2^(1/16) away. */
const middleOf = (bucket: number): number =>
	bucket <= 0 ? 1 : Math.round(2 ** ((bucket - 0.5) / BUCKETS_PER_DOUBLING));
