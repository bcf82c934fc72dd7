import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RetentionClass } from '../retention.js';

/** How long conversations of a class are kept; `null`: for ever. */
@Entity('conversation_retention')
export class ConversationRetentionEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('text')
	class!: RetentionClass;

	@Column('integer', { name: 'keep_days', nullable: true })
	keepDays!: number | null;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
