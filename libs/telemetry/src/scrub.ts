/**
 * Removes secrets from text and from JSON lines. Keys, refresh tokens and codes of ours are recognised by their form anywhere;
 * other secrets by the name of their field.
 */
export const REDACTED = '[redacted]';

/** `pl_` keys keep their public id, so that a line still tells which key it was. */
const ours = /\b(?:(pl_[0-9A-Za-z]{12})_[0-9A-Za-z]+|pl[rc]_[\w-]+)/g;
const jwt = /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g;
const urlPassword = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@"]*):[^\s@/"]+@/gi;

export const scrubText = (text: string): string =>
	text
		.replace(ours, (_, id: string | undefined) => (id === undefined ? REDACTED : `${id}_${REDACTED}`))
		.replace(jwt, REDACTED)
		.replace(urlPassword, `$1:${REDACTED}@`);

const secretName =
	/^(?:.*(?:authorization|api[-_]?key|cookie|password|passwd|secret|pepper|private[-_]?key|credential).*|(?:access|refresh|id|reset|bearer)?[-_]?token)$/i;

export const isSecretName = (name: string): boolean => secretName.test(name);

const MAX_DEPTH = 8;

/** A copy without secrets: by name of the field, by form of the text. Cycles and depth end in `[…]`. */
export function scrubValue(value: unknown, depth = 0): unknown {
	if (typeof value === 'string') return scrubText(value);
	if (typeof value !== 'object' || value === null) return value;
	if (depth >= MAX_DEPTH) return '[…]';
	if (value instanceof Date) return value;
	if (value instanceof Error) return scrubError(value, depth);
	if (Array.isArray(value)) return value.map((item) => scrubValue(item, depth + 1));
	if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
	return Object.fromEntries(
		Object.entries(value).map(([name, inner]) => [
			name,
			isSecretName(name) && inner !== undefined && inner !== null ? REDACTED : scrubValue(inner, depth + 1),
		]),
	);
}

/** Name, code, message, stack and cause: not the other fields, where drivers keep statements and their parameters. */
function scrubError(error: Error, depth: number): unknown {
	const { code } = error as { code?: unknown };
	return {
		type: error.name,
		message: scrubText(error.message),
		...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
		stack: scrubText(error.stack ?? ''),
		...(error.cause === undefined ? {} : { cause: scrubValue(error.cause, depth + 1) }),
	};
}
