import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('outbox')
export class OutboxEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('text')
	job!: string;

	@Column('integer')
	version!: number;

	@Column('jsonb')
	payload!: object;

	@Column('text', { name: 'request_id', nullable: true })
	requestId!: string | null;

	@Column('text', { default: 'pending' })
	status!: 'pending' | 'done' | 'failed';

	@Column('timestamptz', { name: 'deliver_at', default: () => 'now()' })
	deliverAt!: Date;

	@Column('integer', { default: 0 })
	deliveries!: number;

	@Column('timestamptz', { name: 'finished_at', nullable: true })
	finishedAt!: Date | null;

	@Column('text', { nullable: true })
	error!: string | null;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
