import { storableJson, storableText } from '#libs/kernel';
import type { CallOutcome, CallStart, UsageDetails } from './call.js';
import { type Cost, UNPRICED, type Unpriced } from './prices/cost.js';

/** Everything a ledger row is made of. */
export interface FinishedCall {
	readonly eventId: string;
	/** `YYYY-MM-DD`, UTC. */
	readonly occurredOn: string;
	/** Milliseconds since 1970. */
	readonly occurredAtMs: number;
	readonly start: Omit<CallStart, 'epochs' | 'candidates' | 'reservedImages'>;
	readonly outcome: CallOutcome & { readonly cost: Cost | Unpriced };
}

/** A price of which nothing is known is named so: sums show it as 0, and whoever asks for the calls finds them. */
const NOTHING_KNOWN = {
	cost_nano_usd: '0',
	input_cost_nano_usd: '0',
	cache_read_cost_nano_usd: '0',
	cache_write_cost_nano_usd: '0',
	output_cost_nano_usd: '0',
	reasoning_cost_nano_usd: '0',
	price_version: UNPRICED,
} as const;

/** As the ledger names the parts of a cost. */
export const costColumns = (cost: Cost | Unpriced): object =>
	cost === UNPRICED
		? NOTHING_KNOWN
		: {
				cost_nano_usd: String(cost.total),
				input_cost_nano_usd: String(cost.input),
				cache_read_cost_nano_usd: String(cost.cacheRead),
				cache_write_cost_nano_usd: String(cost.cacheWrite),
				output_cost_nano_usd: String(cost.output),
				reasoning_cost_nano_usd: String(cost.reasoning),
				price_version: cost.priceVersion,
			};

const MOST_TOKENS = 1_000_000_000; // of one call and class; an upstream that claims more talks rubbish
const MOST_INTEGER = 2_147_483_647;

/** A row as `append_usage` takes it. What PostgreSQL could not store is made storable here: one bad row would hold up a whole batch. */
export function ledgerRow({ eventId, occurredOn, occurredAtMs, start, outcome }: FinishedCall): object {
	const { usage, cost } = outcome;
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
		...costColumns(cost),
		attempts: integer(outcome.attempts) ?? 1,
		first_token_ms: integer(outcome.firstTokenMs),
		duration_ms: integer(outcome.durationMs),
		request_id: storableText(start.requestId),
		vendor: storableText(outcome.vendor ?? start.vendor),
		upstream_ms: integer(outcome.upstreamMs),
		delivered_tokens: integer(outcome.delivered),
		details: detailsOf(outcome),
	};
}

/** `null` for most calls. */
function detailsOf({ usage, failures }: CallOutcome): UsageDetails | null {
	const { audioInput, audioOutput, cacheWriteHour, images } = usage;
	const has = failures ?? audioInput ?? audioOutput ?? cacheWriteHour ?? images;
	return has === undefined ? null : storableJson({ failures, audioInput, audioOutput, cacheWriteHour, images });
}

const count = (tokens: number): number => (tokens > 0 ? Math.min(Math.trunc(tokens), MOST_TOKENS) : 0);
const integer = (value: number | undefined): number | null =>
	value !== undefined && value >= 0 ? Math.min(Math.round(value), MOST_INTEGER) : null;
