import { describe, expect, it } from '@jest/globals';
import { AppError, faults } from '#libs/kernel';
import { modelNotFound } from '#libs/providers';
import { errorBody, errorHeaders, statusFor, statusOf } from './error-body.js';

const error = (fault: (typeof faults)[number], code = 'some_code') =>
	new AppError(fault, code, 'text', { param: 'model' });
const typeIn = (shape: 'openai' | 'anthropic', fault: (typeof faults)[number]) =>
	(errorBody(shape, error(fault), 'req') as { error: { type: string } }).error.type;

describe('error bodies', () => {
	it.each([
		['invalid', 400, 400, 'invalid_request_error', 'invalid_request_error'],
		['unauthenticated', 401, 401, 'invalid_request_error', 'authentication_error'],
		['denied', 403, 403, 'invalid_request_error', 'permission_error'],
		['missing', 404, 404, 'invalid_request_error', 'not_found_error'],
		['conflict', 409, 409, 'invalid_request_error', 'conflict_error'],
		['too_large', 413, 413, 'invalid_request_error', 'request_too_large'],
		['throttled', 429, 429, 'requests', 'rate_limit_error'],
		['exhausted', 429, 402, 'insufficient_quota', 'billing_error'],
		['upstream', 502, 502, 'server_error', 'api_error'],
		['timeout', 504, 504, 'timeout_error', 'timeout_error'],
		['unavailable', 503, 529, 'server_error', 'overloaded_error'],
		['bug', 500, 500, 'server_error', 'api_error'],
	] as const)('%s is %d, for Anthropic %d', (fault, status, anthropicStatus, openAiType, anthropicType) => {
		expect(statusOf(fault)).toBe(status);
		expect(statusFor('openai', error(fault))).toBe(status);
		expect(statusFor('envelope', error(fault))).toBe(status);
		expect(statusFor('ollama', error(fault))).toBe(status);
		expect(statusFor('anthropic', error(fault))).toBe(anthropicStatus);
		expect([typeIn('openai', fault), typeIn('anthropic', fault)]).toEqual([openAiType, anthropicType]);
	});
	it('knows every fault', () => {
		expect(faults.map(statusOf).every((status) => status >= 400)).toBe(true);
	});
	it('has the members that clients of each dialect read', () => {
		expect(errorBody('openai', error('missing', 'model_not_found'), 'req')).toEqual({
			type: 'error',
			error: { type: 'invalid_request_error', message: 'text', param: 'model', code: 'model_not_found' },
			request_id: 'req',
		});
		expect(errorBody('ollama', error('missing'), 'req')).toEqual({ error: 'text' });
		expect(errorBody('ollama', modelNotFound('a"b'), 'req')).toEqual({
			error: String.raw`model "a\"b" not found, try pulling it first`,
		});
	});
	it('says nothing of a bug but the ids', () => {
		const bug = new AppError('bug', 'secret_code', 'secret', {
			details: [{ field: 'secret', code: 'x', message: 'x' }],
		});
		for (const shape of ['envelope', 'openai', 'anthropic', 'ollama'] as const)
			expect(JSON.stringify(errorBody(shape, bug, 'req', 'event'))).not.toContain('secret');
		expect(errorBody('envelope', bug, 'req', 'event')).toMatchObject({ error: { requestId: 'req', eventId: 'event' } });
	});
	it('says when to try again, and to the official clients whether to', () => {
		const throttled = new AppError('throttled', 'rate_limited', 'text', { retryAfterMs: 1_200 });
		expect(errorHeaders('openai', throttled)).toEqual({ 'retry-after': '2', 'retry-after-ms': '1200' });
		for (const futile of [error('upstream', 'upstream_credentials_exhausted'), error('timeout', 'call_too_long')])
			expect(errorHeaders('openai', futile)).toEqual({ 'x-should-retry': 'false' });
		expect(errorHeaders('openai', error('upstream', 'upstream_failed'))).toEqual({});
		expect(errorHeaders('anthropic', error('exhausted'))).toEqual({ 'x-should-retry': 'false' });
		expect(errorHeaders('envelope', error('unauthenticated'))).toEqual({
			'www-authenticate': 'Bearer realm="parallama"',
		});
	});
});
