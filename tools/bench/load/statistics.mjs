/** The q-quantile of numbers, 0 ≤ q ≤ 1; NaN of none. */
export function quantile(numbers, q) {
	if (numbers.length === 0) return Number.NaN;
	const sorted = Float64Array.from(numbers).sort();
	return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}

/** The middle; of an even count the mean of the two in the middle. */
export function median(numbers) {
	if (numbers.length === 0) return Number.NaN;
	const sorted = [...numbers].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
