import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ArchiveForm } from '../export/archive-forms.js';
import type { ExportState } from '../export.js';

@Entity('exports')
export class ExportEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('uuid', { name: 'user_id' })
	userId!: string;

	@Column('text')
	form!: ArchiveForm;

	@Column('uuid', { name: 'conversation_ids', array: true, nullable: true })
	conversationIds!: string[] | null;

	@Column('text', { default: 'waiting' })
	state!: ExportState;

	@Column('integer', { default: 0 })
	done!: number;

	@Column('integer', { nullable: true })
	total!: number | null;

	@Column('bigint', { default: 0 })
	messages!: string;

	@Column('text', { name: 'storage_key' })
	storageKey!: string;

	@Column('bigint', { nullable: true })
	bytes!: string | null;

	@Column('text', { nullable: true })
	sha256!: string | null;

	@Column('text', { nullable: true })
	problem!: string | null;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;

	@Column('timestamptz', { name: 'finished_at', nullable: true })
	finishedAt!: Date | null;

	@Column('timestamptz', { name: 'expires_at', nullable: true })
	expiresAt!: Date | null;
}
