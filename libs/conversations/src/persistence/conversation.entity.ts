import { Column, Entity } from 'typeorm';
import type { ConversationKind, TitleSource } from '../conversation.js';
import { OwnedRow } from './rows.js';

/** A tree of messages and what is said about the whole. */
@Entity('conversations')
export class ConversationEntity extends OwnedRow {
	@Column('uuid', { name: 'project_id', nullable: true })
	projectId!: string | null;

	@Column('text', { default: 'chat' })
	kind!: ConversationKind;

	@Column('uuid', { name: 'folder_id', nullable: true })
	folderId!: string | null;

	@Column('text', { default: '' })
	title!: string;

	@Column('text', { name: 'title_source', default: 'none' })
	titleSource!: TitleSource;

	@Column('text', { nullable: true })
	model!: string | null;

	@Column('text', { name: 'system_prompt', nullable: true })
	systemPrompt!: string | null;

	@Column('jsonb', { default: () => `'{}'` })
	parameters!: object;

	@Column('jsonb', { default: () => `'{}'` })
	metadata!: object;

	@Column('boolean', { name: 'is_pinned', default: false })
	isPinned!: boolean;

	@Column('boolean', { name: 'is_temporary', default: false })
	isTemporary!: boolean;

	@Column('timestamptz', { name: 'archived_at', nullable: true })
	archivedAt!: Date | null;

	@Column('timestamptz', { name: 'deleted_at', nullable: true })
	deletedAt!: Date | null;

	@Column('uuid', { name: 'active_leaf_id', nullable: true })
	activeLeafId!: string | null;

	@Column('integer', { name: 'message_count', default: 0 })
	messageCount!: number;

	@Column('integer', { name: 'last_sequence', default: 0 })
	lastSequence!: number;

	@Column('timestamptz', { name: 'last_active_at', default: () => 'now()' })
	lastActiveAt!: Date;

	@Column('text', { name: 'import_source', nullable: true })
	importSource!: string | null;

	@Column('text', { name: 'import_id', nullable: true })
	importId!: string | null;

	@Column('text', { name: 'client_chat_id', nullable: true })
	clientChatId!: string | null;
}
