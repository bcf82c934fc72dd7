import { Column, Entity } from 'typeorm';
import type { ContentPart, MessageRole, MessageState } from '../message.js';
import { KeyedRow } from './rows.js';

/** Something that was said. Never changes. */
@Entity('messages')
export class MessageEntity extends KeyedRow {
	@Column('uuid', { name: 'conversation_id' })
	conversationId!: string;

	@Column('integer')
	sequence!: number;

	@Column('uuid', { name: 'parent_id', nullable: true })
	parentId!: string | null;

	@Column('text')
	role!: MessageRole;

	@Column('jsonb')
	content!: readonly ContentPart[];

	@Column('text', { nullable: true })
	model!: string | null;

	@Column('text', { default: 'complete' })
	state!: MessageState;

	@Column('text', { name: 'finish_reason', nullable: true })
	finishReason!: string | null;

	@Column('jsonb', { nullable: true })
	usage!: object | null;

	@Column('uuid', { name: 'run_id', nullable: true })
	runId!: string | null;

	@Column('jsonb', { default: () => `'{}'` })
	metadata!: object;

	@Column('text', { name: 'import_id', nullable: true })
	importId!: string | null;
}
