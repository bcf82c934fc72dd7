import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ImportCounts, ImportState, ReportLine } from '../import.js';

@Entity('imports')
export class ImportEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('uuid', { name: 'user_id' })
	userId!: string;

	@Column('text')
	name!: string;

	@Column('boolean', { name: 'is_dry_run' })
	isDryRun!: boolean;

	@Column('text', { default: 'waiting' })
	state!: ImportState;

	@Column('uuid', { name: 'run_id', nullable: true })
	runId!: string | null;

	@Column('text', { name: 'storage_key' })
	storageKey!: string;

	@Column('bigint')
	bytes!: string;

	@Column('integer', { default: 0 })
	progress!: number;

	@Column('jsonb', { default: {} })
	counts!: Partial<ImportCounts>;

	@Column('jsonb', { default: [] })
	report!: readonly ReportLine[];

	@Column('text', { nullable: true })
	problem!: string | null;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;

	@Column('timestamptz', { name: 'finished_at', nullable: true })
	finishedAt!: Date | null;
}
