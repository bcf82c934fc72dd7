import type { Fault } from './app-error.js';

/** Whose doing a failure is, and of which kind: few and fixed, so that metrics can be told apart by them. */
export const errorClasses = [
	'caller_invalid',
	'caller_unauthenticated',
	'caller_missing',
	'caller_conflict',
	'caller_too_large',
	'caller_gone',
	'policy_denied',
	'policy_throttled',
	'policy_exhausted',
	'provider_error',
	'provider_malformed',
	'provider_timeout',
	'provider_unreachable',
	'provider_overloaded',
	'provider_rate_limited',
	'provider_credentials',
	'provider_failing',
	'gateway_busy',
	'gateway_shutdown',
	'gateway_unavailable',
	'gateway_bug',
] as const;
export type ErrorClass = (typeof errorClasses)[number];

const byFault: Readonly<Record<Fault, ErrorClass>> = {
	invalid: 'caller_invalid',
	unauthenticated: 'caller_unauthenticated',
	denied: 'policy_denied',
	missing: 'caller_missing',
	conflict: 'caller_conflict',
	too_large: 'caller_too_large',
	throttled: 'policy_throttled',
	exhausted: 'policy_exhausted',
	upstream: 'provider_error',
	timeout: 'provider_timeout',
	unavailable: 'gateway_unavailable',
	bug: 'gateway_bug',
};

/** Codes that say more than their fault, or something else. */
const byCode: ReadonlyMap<string, ErrorClass> = new Map([
	['client_disconnected', 'caller_gone'],
	['client_stalled', 'caller_gone'],
	['egress_blocked', 'policy_denied'],
	['upstream_rate_limited', 'provider_rate_limited'],
	['upstream_credentials_exhausted', 'provider_credentials'],
	['upstream_garbage', 'provider_malformed'],
	['upstream_line_too_long', 'provider_malformed'],
	['upstream_truncated', 'provider_malformed'],
	['upstream_failed', 'provider_unreachable'],
	['upstream_unreachable', 'provider_unreachable'],
	['upstream_overloaded', 'provider_overloaded'],
	['upstream_failing', 'provider_failing'],
	['upstream_busy', 'gateway_busy'],
	['shutting_down', 'gateway_shutdown'],
]);

/** Of an `AppError`, or of a call's end without one (the client left). A code that we do not know comes from an upstream. */
export const errorClassOf = (code: string, fault: Fault | undefined): ErrorClass =>
	byCode.get(code) ?? (fault === undefined ? 'provider_error' : byFault[fault]);
