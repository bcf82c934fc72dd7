import { anthropicErrorType, openAiError, rateHeaders } from '#libs/gateway';
import type { AppError, Fault } from '#libs/kernel';
import type { ErrorShape } from './shape.js';

export const SERVICE = 'parallama-api';

const statuses: Readonly<Record<Fault, number>> = {
	invalid: 400,
	unauthenticated: 401,
	denied: 403,
	missing: 404,
	conflict: 409,
	too_large: 413,
	throttled: 429,
	exhausted: 429,
	upstream: 502,
	timeout: 504,
	unavailable: 503,
	bug: 500,
};

/** Codes whose status is finer than their fault's. */
const statusOfCode: Readonly<Record<string, number>> = {
	idempotency_mismatch: 422,
	method_not_allowed: 405,
	unsupported_media_type: 415,
	uri_too_long: 414,
	headers_too_large: 431,
	request_timeout: 408,
};

/** HTTP status of a fault. */
export const statusOf = (fault: Fault): number => statuses[fault];

/** HTTP status of an error in a shape: Anthropic has statuses of its own for a spent budget and for overload. */
export function statusFor(shape: ErrorShape, { fault, code }: AppError): number {
	if (shape === 'anthropic' && fault === 'exhausted') return 402;
	if (shape === 'anthropic' && fault === 'unavailable') return 529;
	return statusOfCode[code] ?? statuses[fault];
}

const BUG_MESSAGE = 'Something went wrong on our side';

/** What a caller may read of an error: of a bug neither code nor message. */
const shown = (error: AppError): Pick<AppError, 'code' | 'message'> =>
	error.fault === 'bug' ? { code: 'internal_error', message: BUG_MESSAGE } : error;

/** Some of Ollama's clients look for its own words when a model is not there. */
const ollamaMessage = (code: string, message: string): string =>
	code === 'model_not_found'
		? message.replace(/^The model (".*") does not exist or .*$/s, 'model $1 not found, try pulling it first')
		: message;

/**
 * The body of an error, not yet serialised. OpenAI's and Anthropic's share one superset that the clients of both read;
 * Ollama's clients need a string. `eventId` is Sentry's, for bugs.
 */
export function errorBody(shape: ErrorShape, error: AppError, requestId: string, eventId?: string): object {
	const { code, message } = shown(error);
	const event = eventId === undefined ? {} : { eventId };
	if (shape === 'ollama') return { error: ollamaMessage(code, message) };
	if (shape === 'envelope')
		return {
			success: false,
			data: null,
			message,
			errors: error.fault === 'bug' ? [] : error.details,
			error: { code, message, service: SERVICE, requestId, ...event },
		};
	return {
		type: 'error',
		error:
			shape === 'openai'
				? openAiError(error)
				: { type: anthropicErrorType(error.fault), message, param: error.param ?? null, code },
		request_id: requestId,
		...event,
	};
}

const permanent: ReadonlySet<Fault> = new Set([
	'invalid',
	'unauthenticated',
	'denied',
	'missing',
	'too_large',
	'exhausted',
]);

/** Of other faults those where another try would only take as long, or meet the same dead credential. */
const futile: ReadonlySet<string> = new Set(['call_too_long', 'request_above_limit', 'upstream_credentials_exhausted']);
const isFutile = ({ fault, code }: AppError): boolean => permanent.has(fault) || futile.has(code);

/** Headers that belong to an error: when to try again, and for the official clients whether to. */
export function errorHeaders(shape: ErrorShape, error: AppError): Record<string, string> {
	const headers: Record<string, string> = shape === 'envelope' ? {} : rateHeaders(shape, error.quotas, error.quotas[0]);
	if (error.retryAfterMs !== undefined) {
		headers['retry-after'] = String(Math.max(1, Math.ceil(error.retryAfterMs / 1_000)));
		headers['retry-after-ms'] = String(Math.ceil(error.retryAfterMs));
	}
	if (error.fault === 'unauthenticated') headers['www-authenticate'] = 'Bearer realm="parallama"';
	if ((shape === 'openai' || shape === 'anthropic') && isFutile(error)) headers['x-should-retry'] = 'false';
	return headers;
}
