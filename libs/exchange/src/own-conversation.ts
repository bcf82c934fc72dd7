import type { ContentPart, ConversationRecord, MessageRecord } from '#libs/conversations';

/** What a file of ours says it is. */
export const OWN_FORMAT = 'parallama.conversation';
export const OWN_VERSION = 1;

type OfConversation =
	| 'id'
	| 'title'
	| 'titleSource'
	| 'model'
	| 'systemPrompt'
	| 'parameters'
	| 'metadata'
	| 'isPinned'
	| 'activeLeafId'
	| 'messageCount';
type OfMessage = 'id' | 'parentId' | 'role' | 'model' | 'state' | 'finishReason' | 'usage' | 'metadata';

/** A conversation as a file has it, without its messages. Times are ISO 8601, UTC. */
export type OwnConversation = Pick<ConversationRecord, OfConversation> & {
	/** Names of the folders it lies in, the outermost first. */
	readonly folder: readonly string[];
	/** Names. */
	readonly tags: readonly string[];
	readonly archivedAt: string | null;
	readonly createdAt: string;
	readonly updatedAt: string;
	readonly lastActiveAt: string;
};

/** A message as a file has it. Its parent comes before it. */
export type OwnMessage = Pick<MessageRecord, OfMessage> & {
	readonly content: readonly ContentPart[];
	readonly createdAt: string;
};

export interface Names {
	readonly folder: readonly string[];
	readonly tags: readonly string[];
}

export const ownConversation = (record: ConversationRecord, { folder, tags }: Names): OwnConversation => ({
	id: record.id,
	title: record.title,
	titleSource: record.titleSource,
	folder,
	tags,
	model: record.model,
	systemPrompt: record.systemPrompt,
	parameters: record.parameters,
	metadata: record.metadata,
	isPinned: record.isPinned,
	archivedAt: record.archivedAt?.toISOString() ?? null,
	activeLeafId: record.activeLeafId,
	messageCount: record.messageCount,
	createdAt: record.createdAt.toISOString(),
	updatedAt: record.updatedAt.toISOString(),
	lastActiveAt: record.lastActiveAt.toISOString(),
});

export const ownMessage = (record: MessageRecord): OwnMessage => ({
	id: record.id,
	parentId: record.parentId,
	role: record.role,
	content: record.content,
	model: record.model,
	state: record.state,
	finishReason: record.finishReason,
	usage: record.usage,
	metadata: record.metadata,
	createdAt: record.createdAt.toISOString(),
});
