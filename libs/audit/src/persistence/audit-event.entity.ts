import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Written once: nobody who runs in production may change or delete one. */
@Entity('audit_events')
export class AuditEventEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('timestamptz', { name: 'occurred_at', default: () => 'clock_timestamp()' })
	occurredAt!: Date;

	@Column('text')
	action!: string;

	@Column('text')
	result!: 'success' | 'failure';

	@Column('text', { name: 'actor_kind' })
	actorKind!: 'user' | 'key' | 'system';

	/** Id of the user or key, or the name of a process of ours. */
	@Column('text', { name: 'actor_id' })
	actorId!: string;

	@Column('uuid', { name: 'user_id', nullable: true })
	userId!: string | null;

	@Column('text', { name: 'target_type' })
	targetType!: string;

	@Column('text', { name: 'target_id', nullable: true })
	targetId!: string | null;

	@Column('jsonb', { nullable: true })
	before!: object | null;

	@Column('jsonb', { nullable: true })
	after!: object | null;

	@Column('text', { nullable: true })
	ip!: string | null;

	@Column('text', { name: 'user_agent', nullable: true })
	userAgent!: string | null;

	@Column('text', { name: 'request_id' })
	requestId!: string;
}
