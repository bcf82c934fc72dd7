import { AppError } from '#libs/kernel';

const MAX_MESSAGE = 500;

/** What an upstream says of its error, in any of the three dialects' forms; shortened, on one line. */
function messageIn(body: Buffer): string | undefined {
	try {
		const parsed = JSON.parse(body.toString('utf8')) as { error?: unknown; message?: unknown };
		const error = parsed.error as { message?: unknown } | string | undefined;
		const message = typeof error === 'string' ? error : (error?.message ?? parsed.message);
		return typeof message === 'string' ? message.replaceAll(/\s+/g, ' ').slice(0, MAX_MESSAGE) : undefined;
	} catch {
		return undefined; // an HTML page of some proxy: not for our callers
	}
}

/** The upstream's own wish, in seconds or as a date; nothing when it has none. */
function retryAfter(header: string | string[] | undefined): { retryAfterMs?: number } {
	const value = Array.isArray(header) ? header[0] : header;
	if (value === undefined) return {};
	const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1_000;
	return Number.isFinite(seconds) ? { retryAfterMs: Math.min(Math.max(seconds, 0), 3_600) * 1_000 } : {};
}

/** How the vendors' servers say that a prompt does not fit; there is no common code. */
const tooLong =
	/context_length_exceeded|maximum context length|context window|prompt is too long|exceeds? the (?:available )?context|too many (?:input )?tokens/i;

/**
 * An upstream's refusal as one of our faults. Its 401 and 403 are about our credential, never about the caller's, so they
 * do not look like the caller's.
 */
export function errorOfUpstream(
	status: number,
	headers: Readonly<Record<string, string | string[] | undefined>>,
	body: Buffer,
): AppError {
	const said = messageIn(body);
	const message = said === undefined ? `The upstream answered with status ${status}` : `The upstream answered: ${said}`;
	switch (status) {
		case 401:
		case 402: // our account there has nothing left
		case 403:
		case 407:
			return new AppError('upstream', 'upstream_credentials_exhausted', 'The upstream does not accept our credential');
		case 404:
			return new AppError('missing', 'model_not_found', message, { param: 'model' });
		case 408:
		case 504:
			return new AppError('timeout', 'upstream_timeout', message);
		case 413:
			return new AppError('too_large', 'upstream_too_large', message);
		case 429:
			return new AppError('throttled', 'upstream_rate_limited', message, retryAfter(headers['retry-after']));
		case 503:
		case 529:
			return new AppError('unavailable', 'upstream_overloaded', message, retryAfter(headers['retry-after']));
		default:
			if (status < 400 || status >= 500) return new AppError('upstream', 'upstream_error', message);
			if (status === 400 && tooLong.test(body.toString('latin1', 0, 4_096)))
				return new AppError('invalid', 'context_length_exceeded', message, { param: 'messages' });
			return new AppError('invalid', 'upstream_rejected', message);
	}
}
