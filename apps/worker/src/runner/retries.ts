import { ZodError } from 'zod';
import { AppError, type Fault } from '#libs/kernel';

/** Whether another attempt may end differently. */
const isPassing: Readonly<Record<Fault, boolean>> = {
	invalid: false,
	unauthenticated: false,
	denied: false,
	missing: false,
	conflict: true,
	too_large: false,
	throttled: true,
	exhausted: false,
	upstream: true,
	timeout: true,
	unavailable: true,
	bug: true, // what is unknown may be a lost connection
};

export function isWorthRetrying(error: unknown): boolean {
	if (error instanceof ZodError) return false;
	return error instanceof AppError ? isPassing[error.fault] : true;
}
