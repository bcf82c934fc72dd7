import type { AppError } from '#libs/kernel';

/** What may help after a failure, while nothing of an answer has come. */
export type Remedy =
	/** The same again, or another upstream. */
	| 'again'
	/** Another credential, or another upstream. */
	| 'other_credential'
	/** Another upstream only. */
	| 'other_upstream'
	| 'none';

const remedies: Readonly<Record<string, Remedy>> = {
	upstream_unreachable: 'again',
	upstream_failed: 'again',
	upstream_error: 'again',
	upstream_overloaded: 'again',
	upstream_rate_limited: 'other_credential',
	upstream_credentials_exhausted: 'other_credential',
	upstream_timeout: 'other_upstream',
	upstream_garbage: 'other_upstream',
	upstream_truncated: 'other_upstream',
	model_not_found: 'other_upstream',
	context_length_exceeded: 'other_upstream',
	upstream_busy: 'other_upstream',
};

export const remedyFor = ({ code }: AppError): Remedy => remedies[code] ?? 'none';

/** A credential that is refused is tried again after this. */
const REFUSED_MS = 60_000;

const counting = new Set([
	'upstream_unreachable',
	'upstream_failed',
	'upstream_error',
	'upstream_overloaded',
	'upstream_rate_limited',
	'upstream_timeout',
	'upstream_stalled',
	'upstream_garbage',
	'upstream_truncated',
]);

/**
 * What an error says of the upstream: it `counts` towards opening its breaker, opens it at once for some milliseconds
 * (the upstream named a pause, or refuses the credential), or says nothing (the caller's own mistake).
 */
export function blameOf(error: AppError): 'counts' | number | undefined {
	if (error.code === 'upstream_credentials_exhausted') return REFUSED_MS;
	if (!counting.has(error.code)) return undefined;
	return error.retryAfterMs !== undefined && isAsked(error.code) ? error.retryAfterMs : 'counts';
}

/** Errors whose `retry-after` is the upstream's own wish. */
const isAsked = (code: string): boolean => code === 'upstream_rate_limited' || code === 'upstream_overloaded';

const FIRST_PAUSE_MS = 100;
/** Longer pauses are left to the caller. */
export const LONGEST_PAUSE_MS = 2_000;

/**
 * How long to wait before the same upstream is asked again for the `times`-th time: the upstream's wish, else with full
 * jitter, doubling. `undefined`: too long for a call to wait.
 */
export function pauseBefore(times: number, wishMs: number | undefined, random: number): number | undefined {
	if (wishMs !== undefined) return wishMs <= LONGEST_PAUSE_MS ? wishMs : undefined;
	return Math.round(random * Math.min(FIRST_PAUSE_MS * 2 ** times, LONGEST_PAUSE_MS));
}
