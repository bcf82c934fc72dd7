import { storableText } from '#libs/kernel';
import type { CallOutcome, CallStart } from './call.js';

/** Everything a ledger row is made of. */
export interface FinishedCall {
	readonly eventId: string;
	/** `YYYY-MM-DD`, UTC. */
	readonly occurredOn: string;
	/** Milliseconds since 1970. */
	readonly occurredAtMs: number;
	readonly start: Omit<CallStart, 'epochs'>;
	readonly outcome: CallOutcome;
}

/**
 * There are no prices yet, so a call costs nothing and names no price. A price is applied here and nowhere else: when the
 * row is made, from the disjoint token classes of the outcome, in nano-USD.
 */
const UNPRICED = {
	cost_nano_usd: 0,
	input_cost_nano_usd: 0,
	cache_read_cost_nano_usd: 0,
	cache_write_cost_nano_usd: 0,
	output_cost_nano_usd: 0,
	reasoning_cost_nano_usd: 0,
	price_version: null,
} as const;

const MOST_TOKENS = 1_000_000_000; // of one call and class; an upstream that claims more talks rubbish
const MOST_INTEGER = 2_147_483_647;

/** A row as `append_usage` takes it. What PostgreSQL could not store is made storable here: one bad row would hold up a whole batch. */
export function ledgerRow({ eventId, occurredOn, occurredAtMs, start, outcome }: FinishedCall): object {
	const { usage } = outcome;
	return {
		occurred_on: occurredOn,
		event_id: eventId,
		organization_id: start.organizationId,
		occurred_at: new Date(occurredAtMs).toISOString(),
		project_id: start.projectId ?? null,
		user_id: start.userId ?? null,
		key_id: start.keyId ?? null,
		dialect: start.dialect,
		operation: start.operation,
		provider_id: outcome.providerId ?? start.providerId,
		model: storableText(outcome.model ?? start.model),
		alias: storableText(start.alias),
		status: outcome.status,
		error_code: outcome.errorCode === undefined ? null : storableText(outcome.errorCode),
		usage_source: outcome.usageSource,
		is_estimated: outcome.isEstimated,
		is_streamed: start.isStreamed,
		input_tokens: count(usage.input),
		cache_read_tokens: count(usage.cacheRead),
		cache_write_tokens: count(usage.cacheWrite),
		output_tokens: count(usage.output),
		reasoning_tokens: count(usage.reasoning),
		...UNPRICED,
		attempts: integer(outcome.attempts) ?? 1,
		first_token_ms: integer(outcome.firstTokenMs),
		duration_ms: integer(outcome.durationMs),
		request_id: storableText(start.requestId),
	};
}

const count = (tokens: number): number => (tokens > 0 ? Math.min(Math.trunc(tokens), MOST_TOKENS) : 0);
const integer = (value: number | undefined): number | null =>
	value !== undefined && value >= 0 ? Math.min(Math.round(value), MOST_INTEGER) : null;
