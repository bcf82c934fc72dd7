interface Described {
	readonly message?: unknown;
	readonly code?: unknown;
	readonly name?: unknown;
	readonly cause?: unknown;
	readonly errors?: unknown;
}

/** One line about an error and what caused it. Node reports connections refused by several addresses without a message. */
export function reasonOf(error: unknown): string {
	if (typeof error !== 'object' || error === null) return String(error);
	const { message, code, name, cause, errors } = error as Described;
	if (!message && Array.isArray(errors)) return errors.map(reasonOf).join('; ');
	const text = String(message || code || name);
	return cause === undefined ? text : `${text}: ${reasonOf(cause)}`;
}
