import { AppError, type Fault } from '#libs/kernel';
import { errorBody, statusFor } from '../edge/error-body.js';
import type { ErrorShape } from '../edge/shape.js';
import type { Json } from './zod-converter.js';

const REQUEST_ID = '0195f2b4-7c1e-7a34-9d0f-3b6f8f1c2d4e';

/** What decides how an operation can fail. */
export interface Failing {
	readonly shape: ErrorShape;
	readonly isProtected: boolean;
	readonly takesInput: boolean;
	readonly takesBody: boolean;
	readonly hasParameters: boolean;
	readonly isLimited: boolean;
	readonly isCall: boolean;
	readonly changes: boolean;
}

type Failure = readonly [fault: Fault, code: string, message: string, description: string];

/** Those of docs/errors.md that a caller of the operation should be ready for. */
function failuresOf(it: Failing): Failure[] {
	const when = (isSo: boolean, failure: Failure): Failure[] => (isSo ? [failure] : []);
	return [
		...when(it.takesInput, ['invalid', 'validation_failed', 'Fields break their rules', 'The request is not valid']),
		...when(it.isProtected, [
			'unauthenticated',
			'invalid_api_key',
			'The API key is not valid',
			'No credentials, or bad ones',
		]),
		...when(it.isProtected, ['denied', 'permission_denied', 'A permission is missing', 'A permission is missing']),
		...when(it.hasParameters || it.isCall, [
			'missing',
			it.isCall ? 'model_not_found' : 'not_found',
			it.isCall ? 'The model does not exist' : 'It was not found',
			'Nothing there, or not in this organization',
		]),
		...when(it.changes && it.shape === 'envelope', [
			'conflict',
			'conflict',
			'The state of things forbids it',
			'The state of things forbids it, or a request with this Idempotency-Key is in flight',
		]),
		...when(it.takesBody, [
			'too_large',
			'body_too_large',
			'The body is too large',
			'The body is larger than the route takes',
		]),
		...when(it.isLimited || it.isCall, [
			'throttled',
			it.isCall ? 'upstream_rate_limited' : 'too_many_attempts',
			'Too many: wait a while',
			'Too many; `Retry-After` says when to try again',
		]),
		...when(it.isCall, ['upstream', 'upstream_error', 'The upstream failed', 'The upstream failed']),
		...when(it.isCall, [
			'timeout',
			'upstream_timeout',
			'The upstream did not answer in time',
			'The upstream did not answer in time',
		]),
		...when(it.isProtected, [
			'unavailable',
			'unavailable',
			'A store is away: try again',
			'A dependency is gone for now: try again',
		]),
	];
}

/**
 * The responses of an operation that fails, by status, each with a body as it would really be. Operations share them: they are
 * put into `shared` once, and referred to.
 */
export function failureResponses(it: Failing, schema: Json, shared: Json): Record<string, Json> {
	const answers = failuresOf(it).map(([fault, code, message, description]) => {
		const error = new AppError(fault, code, message);
		const headers = fault === 'throttled' ? { ...requestId, ...retryAfter } : requestId;
		const name = nameOf(it.shape, code);
		shared[name] ??= { description, headers, content: contentOf(it.shape, error, schema) };
		return [String(statusFor(it.shape, error)), { $ref: `#/components/responses/${name}` }] as const;
	});
	const other = nameOf(it.shape, 'other');
	const bug = new AppError('bug', 'internal_error', '');
	shared[other] ??= {
		description: 'Any other failure',
		headers: requestId,
		content: contentOf(it.shape, bug, schema),
	};
	return { ...Object.fromEntries(answers), default: { $ref: `#/components/responses/${other}` } };
}

/** `envelope`, `not_found` → `EnvelopeNotFound`. */
const nameOf = (shape: ErrorShape, code: string): string =>
	`${shape}_${code}`.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

const contentOf = (shape: ErrorShape, error: AppError, schema: Json): Json => ({
	'application/json': { schema, example: errorBody(shape, error, REQUEST_ID) },
});

/** A header that every answer has. */
export const requestId = {
	'x-request-id': { description: 'Names this request in logs', schema: { type: 'string' } },
};
const retryAfter = {
	'Retry-After': { description: 'Seconds until another try makes sense', schema: { type: 'integer', example: 30 } },
};
