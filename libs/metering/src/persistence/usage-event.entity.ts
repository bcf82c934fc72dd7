import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UsageDetails } from '../call.js';
import { UsageDimensions } from './usage-columns.js';

/** A row of the ledger: append-only, partitioned by day, written by `append_usage` alone. */
@Entity('usage_events')
export class UsageEventEntity extends UsageDimensions {
	@PrimaryColumn('date', { name: 'occurred_on' })
	occurredOn!: string;

	@PrimaryColumn('uuid', { name: 'event_id' })
	eventId!: string;

	@PrimaryColumn('text', { default: 'call' })
	kind!: 'call' | 'correction';

	@Column('uuid', { name: 'organization_id' })
	organizationId!: string;

	@Column('timestamptz', { name: 'occurred_at' })
	occurredAt!: Date;

	@Column('text', { name: 'error_code', nullable: true })
	errorCode!: string | null;

	@Column('text', { name: 'usage_source' })
	usageSource!: string;

	@Column('boolean', { name: 'is_estimated', default: false })
	isEstimated!: boolean;

	@Column('boolean', { name: 'is_streamed', default: false })
	isStreamed!: boolean;

	@Column('bigint', { name: 'input_cost_nano_usd', default: 0 })
	inputCostNanoUsd!: string;

	@Column('bigint', { name: 'cache_read_cost_nano_usd', default: 0 })
	cacheReadCostNanoUsd!: string;

	@Column('bigint', { name: 'cache_write_cost_nano_usd', default: 0 })
	cacheWriteCostNanoUsd!: string;

	@Column('bigint', { name: 'output_cost_nano_usd', default: 0 })
	outputCostNanoUsd!: string;

	@Column('bigint', { name: 'reasoning_cost_nano_usd', default: 0 })
	reasoningCostNanoUsd!: string;

	@Column('text', { name: 'price_version', nullable: true })
	priceVersion!: string | null;

	@Column('integer', { default: 1 })
	attempts!: number;

	@Column('integer', { name: 'first_token_ms', nullable: true })
	firstTokenMs!: number | null;

	@Column('integer', { name: 'duration_ms', nullable: true })
	durationMs!: number | null;

	@Column('text', { name: 'request_id', nullable: true })
	requestId!: string | null;

	/** Whose price list counted. */
	@Column('text', { nullable: true })
	vendor!: string | null;

	@Column('integer', { name: 'upstream_ms', nullable: true })
	upstreamMs!: number | null;

	/** Of the answer of a call that did not end well. */
	@Column('integer', { name: 'delivered_tokens', nullable: true })
	deliveredTokens!: number | null;

	@Column('jsonb', { nullable: true })
	details!: UsageDetails | null;

	/** Of a correction by other prices: the call. */
	@Column('uuid', { nullable: true })
	corrects!: string | null;

	@Column('timestamptz', { name: 'recorded_at', default: () => 'now()' })
	recordedAt!: Date;
}
