import { Column, Entity } from 'typeorm';
import type { RunState } from '../run.js';
import { OwnedRow } from './rows.js';

/** One generation. */
@Entity('runs')
export class RunEntity extends OwnedRow {
	@Column('uuid', { name: 'conversation_id' })
	conversationId!: string;

	@Column('uuid', { name: 'parent_id', nullable: true })
	parentId!: string | null;

	@Column('uuid', { name: 'message_id', nullable: true })
	messageId!: string | null;

	@Column('text', { default: 'queued' })
	state!: RunState;

	@Column('text')
	model!: string;

	@Column('jsonb', { default: () => `'{}'` })
	parameters!: object;

	@Column('text', { name: 'replica_id', nullable: true })
	replicaId!: string | null;

	@Column('timestamptz', { name: 'heartbeat_at', nullable: true })
	heartbeatAt!: Date | null;

	@Column('timestamptz', { name: 'stop_requested_at', nullable: true })
	stopRequestedAt!: Date | null;

	@Column('jsonb', { nullable: true })
	error!: object | null;

	@Column('jsonb', { nullable: true })
	usage!: object | null;

	@Column('uuid', { name: 'usage_event_id', nullable: true })
	usageEventId!: string | null;

	@Column('text', { name: 'request_id', nullable: true })
	requestId!: string | null;

	@Column('text', { name: 'idempotency_key', nullable: true })
	idempotencyKey!: string | null;

	@Column('bytea', { name: 'request_hash', nullable: true })
	requestHash!: Buffer | null;

	@Column('timestamptz', { name: 'started_at', nullable: true })
	startedAt!: Date | null;

	@Column('timestamptz', { name: 'finished_at', nullable: true })
	finishedAt!: Date | null;
}
