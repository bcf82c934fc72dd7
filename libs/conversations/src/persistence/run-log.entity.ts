import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The events of a run that is over. */
@Entity('run_logs')
export class RunLogEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid', { name: 'run_id' })
	runId!: string;

	@Column('jsonb')
	events!: readonly unknown[];

	@Column('integer', { name: 'last_sequence' })
	lastSequence!: number;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;
}
