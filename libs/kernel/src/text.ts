/**
 * Text as PostgreSQL can hold it: U+0000 and lone surrogates become U+FFFD. Applied at the persistence edge only, so that
 * what a caller streams stays untouched.
 */
export const storableText = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\uFFFD');

/** `storableText` for every string, also keys, inside a JSON value. */
export function storableJson<T>(value: T): T {
	return walk(value) as T;
}

function walk(value: unknown): unknown {
	if (typeof value === 'string') return storableText(value);
	if (Array.isArray(value)) return value.map(walk);
	if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
		return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storableText(key), walk(inner)]));
	return value;
}
