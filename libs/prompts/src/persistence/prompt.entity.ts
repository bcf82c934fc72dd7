import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { PromptVariable, PromptVisibility } from '../prompt.js';

/** A named template. */
@Entity('prompts')
export class PromptEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('uuid', { name: 'user_id', nullable: true })
	userId!: string | null;

	@Column('text')
	name!: string;

	@Column('text', { default: '' })
	description!: string;

	@Column('text')
	visibility!: PromptVisibility;

	@Column('integer', { name: 'latest_version' })
	latestVersion!: number;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}

/** What a prompt says. Never changes. */
@Entity('prompt_versions')
export class PromptVersionEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid', { name: 'prompt_id' })
	promptId!: string;

	@PrimaryColumn('integer')
	version!: number;

	@Column('text')
	template!: string;

	@Column('jsonb', { default: () => `'[]'` })
	variables!: readonly PromptVariable[];

	@Column('text', { nullable: true })
	model!: string | null;

	@Column('text', { default: '' })
	note!: string;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;
}

/** A name of a version. */
@Entity('prompt_labels')
export class PromptLabelEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid', { name: 'prompt_id' })
	promptId!: string;

	@PrimaryColumn('text')
	label!: string;

	@Column('integer')
	version!: number;
}
