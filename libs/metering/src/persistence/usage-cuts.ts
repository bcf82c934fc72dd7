/** What usage is counted by, in full: the columns by which the sums of a minute, an hour and a day are grouped. */
export const dimensionColumns = [
	'project_id',
	'user_id',
	'key_id',
	'dialect',
	'operation',
	'provider_id',
	'model',
	'alias',
	'status',
	'error_code',
] as const;
export type DimensionColumn = (typeof dimensionColumns)[number];

/** Sums of fewer dimensions, the fewest rows first. */
export const cuts = {
	total: ['dialect', 'status', 'error_code'],
	callers: ['project_id', 'user_id', 'key_id', 'status', 'error_code'],
	models: ['dialect', 'operation', 'provider_id', 'model', 'alias', 'status', 'error_code'],
} as const satisfies Record<string, readonly DimensionColumn[]>;
export type Cut = keyof typeof cuts;

/** The sums with the fewest rows that can tell these columns apart; `undefined`: only those with all dimensions. */
export function cutFor(columns: readonly DimensionColumn[]): Cut | undefined {
	const names = Object.keys(cuts) as Cut[];
	return names.find((cut) => columns.every((column) => (cuts[cut] as readonly string[]).includes(column)));
}

/** What is added up, besides the calls and the histograms. */
export const sumColumns = [
	'input_tokens',
	'cache_read_tokens',
	'cache_write_tokens',
	'output_tokens',
	'reasoning_tokens',
	'cost_nano_usd',
	'duration_ms',
] as const;
