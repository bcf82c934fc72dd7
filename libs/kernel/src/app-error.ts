/**
 * The small set of ways in which a use case can fail. Edges translate a fault exhaustively: HTTP status, dialect body,
 * retry of a job, exit code of the CLI.
 */
export const faults = [
	'invalid', // the input breaks a rule; `details` name the fields
	'unauthenticated', // no credential, or one that is not (any longer) valid
	'denied', // known caller, missing permission
	'missing', // no such thing in the caller's organization
	'conflict', // the state of things forbids it
	'too_large', // a body or value above its limit
	'throttled', // too many, try again after `retryAfterMs`
	'exhausted', // a budget is spent: trying again does not help
	'upstream', // the upstream failed or answered rubbish
	'timeout', // the upstream did not answer in time
	'unavailable', // a dependency of ours is gone for now
	'bug', // everything else: our mistake
] as const;
export type Fault = (typeof faults)[number];

/** One wrong field of an input. `field` is a dotted path, empty for the whole. */
export interface FieldProblem {
	readonly field: string;
	readonly code: string;
	readonly message: string;
}

/** What is left of a limit. */
export interface Quota {
	/** Whose it is, or `model` where it is about models. */
	readonly scope: string;
	/** What is counted, such as `requests`. */
	readonly metric: string;
	readonly limit: number;
	/** Never below 0. */
	readonly remaining: number;
	/** Milliseconds until all of it is there again, if nothing more is used; 0: it is. */
	readonly resetMs: number;
	/** Milliseconds; 0: it is no matter of time. */
	readonly windowMs: number;
}

export interface AppErrorOptions {
	readonly details?: readonly FieldProblem[];
	/** Milliseconds after which another try makes sense. */
	readonly retryAfterMs?: number;
	/** What is left of the limits that were asked, the one that refuses first. */
	readonly quotas?: readonly Quota[];
	/** The parameter of a dialect's request that is wrong (OpenAI's `param`). */
	readonly param?: string;
	readonly cause?: unknown;
}

/** The only error that libs throw on purpose. `code` is stable and documented; `message` is safe to show to the caller. */
export class AppError extends Error {
	override readonly name = 'AppError';
	readonly details: readonly FieldProblem[];
	readonly retryAfterMs: number | undefined;
	readonly param: string | undefined;
	readonly quotas: readonly Quota[];

	constructor(
		readonly fault: Fault,
		readonly code: string,
		message: string,
		options: AppErrorOptions = {},
	) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.details = options.details ?? [];
		this.retryAfterMs = options.retryAfterMs;
		this.param = options.param;
		this.quotas = options.quotas ?? [];
	}
}

/** One answer for ids that do not exist and ids of others, so that nobody can probe. */
export const missing = (what: string): AppError => new AppError('missing', 'not_found', `${what} was not found`);
