import { HttpException } from '@nestjs/common';
import { AppError } from '#libs/kernel';

/**
 * Any thrown thing as an `AppError`. What is not known to be somebody else's mistake or a passing outage is a bug.
 * Never carries text of PostgreSQL, the framework or Node: it reaches callers.
 */
export function appErrorOf(thrown: unknown): AppError {
	if (thrown instanceof AppError) return thrown;
	return fromStatus(thrown) ?? fromOutage(thrown) ?? bug(thrown);
}

const bug = (cause: unknown): AppError => new AppError('bug', 'internal_error', 'Unexpected error', { cause });
const RETRY_SOON_MS = 1_000;
export const unavailable = (cause: unknown): AppError =>
	new AppError('unavailable', 'unavailable', 'This is not possible right now: try again in a moment', {
		retryAfterMs: RETRY_SOON_MS,
		cause,
	});

/** Codes and messages of our own for what the framework refuses. */
const byStatus: Readonly<Record<number, readonly [AppError['fault'], string, string]>> = {
	400: ['invalid', 'bad_request', 'The request is malformed'],
	401: ['unauthenticated', 'invalid_credentials', 'The credentials are not valid'],
	403: ['denied', 'permission_denied', 'This is not allowed'],
	404: ['missing', 'not_found', 'There is nothing here'],
	405: ['invalid', 'method_not_allowed', 'This method is not supported here'],
	406: ['invalid', 'bad_request', 'The request is malformed'],
	408: ['invalid', 'request_timeout', 'The request took too long to arrive'],
	409: ['conflict', 'conflict', 'The state of things forbids this'],
	413: ['too_large', 'body_too_large', 'The body is larger than allowed'],
	414: ['invalid', 'uri_too_long', 'The URL is too long'],
	415: ['invalid', 'unsupported_media_type', 'The body must be JSON: send Content-Type: application/json'],
	431: ['invalid', 'headers_too_large', 'The headers are larger than allowed'],
};

export function refusal(status: number, cause?: unknown): AppError | undefined {
	const known = byStatus[status];
	return known === undefined ? undefined : new AppError(known[0], known[1], known[2], { cause });
}

/** Nest's exceptions and Fastify's errors know a status; below 500 it is the caller's mistake. */
function fromStatus(thrown: unknown): AppError | undefined {
	if (thrown instanceof HttpException) {
		if (thrown.getStatus() === 503) return unavailable(thrown);
		return thrown.getStatus() < 500 ? (refusal(thrown.getStatus(), thrown) ?? refusal(400, thrown)) : undefined;
	}
	const { statusCode, code } = errorFields(thrown);
	if (typeof statusCode !== 'number' || !(thrown instanceof Error)) return undefined;
	const isFrameworks = typeof code === 'string' && code.startsWith('FST_');
	// a client that goes away while it sends its body: nobody reads the answer
	if (code === 'ECONNRESET' || isFrameworks) return statusCode < 500 ? refusal(statusCode, thrown) : undefined;
	return undefined;
}

interface ErrorFields {
	readonly code?: unknown;
	readonly statusCode?: unknown;
}
const errorFields = (thrown: unknown): ErrorFields => (typeof thrown === 'object' && thrown !== null ? thrown : {});

/** SQLSTATE classes: serialization, deadlock, lock and statement timeouts, lost or refused connections. */
const passing = /^(?:40001|40P01|55P03|57014|57P0[1-5]|53[0-9A-Z]{3}|08[0-9A-Z]{3}|25P03)$/;
const unstorable = new Set(['22021', '22P05', '22P02', '22003', '22007', '22008']);
const network = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);
/** pg, its pool and ioredis report some outages by text only. */
const outageText =
	/^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout|Command timed out|Connection is closed|Stream isn't writeable|Reached the max retries)/;

function fromOutage(thrown: unknown): AppError | undefined {
	const driver = typeof thrown === 'object' && thrown !== null && 'driverError' in thrown ? thrown.driverError : thrown;
	const { code } = errorFields(driver);
	const state = typeof code === 'string' ? code : '';
	if (unstorable.has(state))
		return new AppError('invalid', 'unstorable_value', 'A value of the request cannot be stored', { cause: thrown });
	if (state === '23505') return new AppError('conflict', 'already_exists', 'This exists already', { cause: thrown });
	const text = driver instanceof Error ? driver.message : '';
	if (passing.test(state) || network.has(state) || outageText.test(text)) return unavailable(thrown);
	return undefined;
}
