/** So many tries at once; all of them are back after `perMs`. */
export interface RateLimit {
	readonly name: string;
	readonly burst: number;
	readonly perMs: number;
}

/** A limit for one subject, such as an address. */
export interface RateClaim {
	readonly limit: RateLimit;
	readonly subject: string;
}

/** `deniedBy`: place of the claim that has to wait longest. */
export type RateVerdict =
	| { readonly isAllowed: true }
	| { readonly isAllowed: false; readonly deniedBy: number; readonly retryAfterMs: number };

/** Milliseconds that one try costs. */
export const costOf = ({ burst, perMs }: RateLimit): number => perMs / burst;

/**
 * The rule for one subject: `debtUntil` is when everything that was taken is paid back. Returns how long to wait before the
 * next try; zero or less: it is allowed.
 */
export const waitOf = (limit: RateLimit, debtUntil: number, now: number): number =>
	Math.max(debtUntil, now) + costOf(limit) - limit.perMs - now;
