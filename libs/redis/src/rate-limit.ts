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

/** What is left of a claim's limit. */
export interface RateQuota {
	readonly left: number;
	/** Milliseconds until one more is there; 0: all are. */
	readonly nextInMs: number;
}

/** `deniedBy`: place of the claim that has to wait longest. `quotas`: one for each claim, afterwards. */
export type RateVerdict =
	| { readonly isAllowed: true; readonly quotas: readonly RateQuota[] }
	| {
			readonly isAllowed: false;
			readonly deniedBy: number;
			readonly retryAfterMs: number;
			readonly quotas: readonly RateQuota[];
	  };

/** Milliseconds that one try costs. */
export const costOf = ({ burst, perMs }: RateLimit): number => perMs / burst;

/**
 * The rule for one subject: `debtUntil` is when everything that was taken is paid back. Returns how long to wait before the
 * next try; zero or less: it is allowed.
 */
export const waitOf = (limit: RateLimit, debtUntil: number, now: number): number =>
	Math.max(debtUntil, now) + costOf(limit) - limit.perMs - now;

/** What is left when it takes `debtMs` until everything that was taken is paid back. */
export function quotaOf(limit: RateLimit, debtMs: number): RateQuota {
	const cost = costOf(limit);
	const left = Math.min(limit.burst, Math.max(0, Math.floor((limit.perMs - debtMs) / cost)));
	if (left === limit.burst) return { left, nextInMs: 0 };
	return { left, nextInMs: Math.max(0, debtMs - limit.perMs + (left + 1) * cost) };
}
