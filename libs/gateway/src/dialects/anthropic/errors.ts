import { AppError, type Fault } from '#libs/kernel';

const types: Readonly<Record<Fault, string>> = {
	invalid: 'invalid_request_error',
	unauthenticated: 'authentication_error',
	denied: 'permission_error',
	missing: 'not_found_error',
	conflict: 'conflict_error',
	too_large: 'request_too_large',
	throttled: 'rate_limit_error',
	exhausted: 'billing_error',
	upstream: 'api_error',
	timeout: 'timeout_error',
	unavailable: 'overloaded_error',
	bug: 'api_error',
};

/** The type of an error as Anthropic's clients know it. */
export const anthropicErrorType = (fault: Fault): string => types[fault];

/** What the client gets in the middle of a stream. */
export const anthropicErrorFrame = ({ fault, code, message }: AppError, requestId: string): string =>
	`event: error\ndata: ${JSON.stringify({
		type: 'error',
		error: { type: types[fault], message, param: null, code },
		request_id: requestId,
	})}\n\n`;

const GAVE_UP = 'The upstream reported an error in the middle of its answer';

/** An upstream's error event as one of our faults. */
export function errorOfEvent(data: string): AppError {
	switch (typeIn(data)) {
		case 'overloaded_error':
			return new AppError('unavailable', 'upstream_overloaded', GAVE_UP);
		case 'rate_limit_error':
			return new AppError('throttled', 'upstream_rate_limited', GAVE_UP);
		case 'timeout_error':
			return new AppError('timeout', 'upstream_timeout', GAVE_UP);
		default:
			return new AppError('upstream', 'upstream_error', GAVE_UP);
	}
}

function typeIn(data: string): unknown {
	try {
		return (JSON.parse(data) as { error?: { type?: unknown } }).error?.type;
	} catch {
		return undefined;
	}
}
