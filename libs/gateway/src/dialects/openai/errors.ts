import type { AppError, Fault } from '#libs/kernel';

const types: Readonly<Record<Fault, string>> = {
	invalid: 'invalid_request_error',
	unauthenticated: 'invalid_request_error',
	denied: 'invalid_request_error',
	missing: 'invalid_request_error',
	conflict: 'invalid_request_error',
	too_large: 'invalid_request_error',
	throttled: 'requests',
	exhausted: 'insufficient_quota',
	upstream: 'server_error',
	timeout: 'timeout_error',
	unavailable: 'server_error',
	bug: 'server_error',
};

/** OpenAI's clients look for their own codes. */
const codes: Readonly<Record<string, string>> = {
	missing_credentials: 'invalid_api_key',
	invalid_credentials: 'invalid_api_key',
	invalid_token: 'invalid_api_key',
};

function codeOf({ fault, code }: AppError): string {
	if (fault === 'throttled') return 'rate_limit_exceeded';
	if (fault === 'exhausted') return 'insufficient_quota';
	return fault === 'bug' ? 'internal_error' : (codes[code] ?? code);
}

export interface OpenAiError {
	readonly type: string;
	readonly message: string;
	readonly param: string | null;
	readonly code: string;
}

/** An error as OpenAI's clients read it; of a bug neither code nor message. */
export const openAiError = (error: AppError): OpenAiError => ({
	type: error.quotas[0]?.metric.endsWith('tokens') === true ? 'tokens' : types[error.fault],
	message: error.fault === 'bug' ? 'Something went wrong on our side' : error.message,
	param: error.param ?? null,
	code: codeOf(error),
});
