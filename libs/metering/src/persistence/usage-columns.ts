import { Column, PrimaryColumn } from 'typeorm';

/** What usage is counted by: the same columns in the ledger and in its sums. */
export abstract class UsageDimensions {
	@Column('uuid', { name: 'project_id', nullable: true })
	projectId!: string | null;

	@Column('uuid', { name: 'user_id', nullable: true })
	userId!: string | null;

	@Column('uuid', { name: 'key_id', nullable: true })
	keyId!: string | null;

	@Column('text')
	dialect!: string;

	@Column('text')
	operation!: string;

	@Column('uuid', { name: 'provider_id', nullable: true })
	providerId!: string | null;

	@Column('text')
	model!: string;

	@Column('text')
	alias!: string;

	@Column('text')
	status!: string;

	@Column('bigint', { name: 'input_tokens', default: 0 })
	inputTokens!: string;

	@Column('bigint', { name: 'cache_read_tokens', default: 0 })
	cacheReadTokens!: string;

	@Column('bigint', { name: 'cache_write_tokens', default: 0 })
	cacheWriteTokens!: string;

	@Column('bigint', { name: 'output_tokens', default: 0 })
	outputTokens!: string;

	@Column('bigint', { name: 'reasoning_tokens', default: 0 })
	reasoningTokens!: string;

	@Column('bigint', { name: 'cost_nano_usd', default: 0 })
	costNanoUsd!: string;
}

/** What every kind of sum adds up beside tokens and cost. */
export abstract class UsageSumsColumns extends UsageDimensions {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@Column('text', { name: 'error_code', nullable: true })
	errorCode!: string | null;

	@Column('bigint')
	calls!: string;

	@Column('bigint', { name: 'duration_ms', default: 0 })
	durationMs!: string;

	/** A histogram: see `latency-histogram.ts`. */
	@Column('bigint', { array: true, nullable: true })
	latency!: string[] | null;

	@Column('bigint', { name: 'first_token', array: true, nullable: true })
	firstToken!: string[] | null;
}
