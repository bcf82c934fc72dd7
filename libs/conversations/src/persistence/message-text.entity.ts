import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What search looks into. */
@Entity('message_texts')
export class MessageTextEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid', { name: 'message_id' })
	messageId!: string;

	@Column('uuid', { name: 'conversation_id' })
	conversationId!: string;

	@Column('uuid', { name: 'user_id' })
	userId!: string;

	@Column('text')
	role!: string;

	@Column('text', { nullable: true })
	model!: string | null;

	@Column('text')
	body!: string;

	@Column('tsvector')
	words!: string;

	@Column('timestamptz', { name: 'created_at' })
	createdAt!: Date;
}
