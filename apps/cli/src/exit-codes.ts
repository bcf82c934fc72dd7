import { ConfigError } from '#libs/config';
import { AppError, type Fault } from '#libs/kernel';
import { UsageError } from './command.js';
import { reasonOf } from './reason.js';

/** What a shell sees of each fault. */
export const exitCodeOf: Readonly<Record<Fault, number>> = {
	bug: 1,
	unavailable: 1,
	upstream: 1,
	timeout: 1,
	invalid: 2,
	too_large: 2,
	unauthenticated: 3,
	denied: 3,
	missing: 4,
	conflict: 5,
	throttled: 6,
	exhausted: 6,
};

export const EXIT_USAGE = exitCodeOf.invalid;

export interface Failure {
	readonly code: number;
	readonly message: string;
}

/** What to print of an error, and how to exit. Never a stack: what is unknown is named by its message. */
export function failureOf(error: unknown): Failure {
	if (error instanceof UsageError) return { code: EXIT_USAGE, message: error.message };
	if (error instanceof ConfigError) return { code: 1, message: error.message };
	if (error instanceof AppError)
		return {
			code: exitCodeOf[error.fault],
			message: [error.message, ...error.details.map(({ field, message }) => `  ${field} ${message}`)].join('\n'),
		};
	return { code: 1, message: reasonOf(error) };
}
