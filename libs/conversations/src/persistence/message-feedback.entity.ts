import { Column, Entity } from 'typeorm';
import { OwnedRow } from './rows.js';

/** What somebody says of an answer, with what it was an answer to. */
@Entity('message_feedback')
export class MessageFeedbackEntity extends OwnedRow {
	@Column('uuid', { name: 'conversation_id' })
	conversationId!: string;

	@Column('uuid', { name: 'message_id' })
	messageId!: string;

	@Column('text', { nullable: true })
	thumb!: 'up' | 'down' | null;

	@Column('smallint', { nullable: true })
	rating!: number | null;

	@Column('text', { array: true, default: () => `'{}'` })
	tags!: string[];

	@Column('text', { nullable: true })
	comment!: string | null;

	@Column('text', { nullable: true })
	correction!: string | null;

	@Column('jsonb')
	context!: object;
}
