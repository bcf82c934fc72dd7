import type { MessageRecord } from './message.js';

/** `responses`: made by the stored half of the Responses API, in no list. */
export type ConversationKind = 'chat' | 'responses';

/** Where a title comes from. One that a person gave is never replaced. */
export type TitleSource = 'none' | 'generated' | 'person' | 'import';

export interface ConversationRecord {
	readonly id: string;
	readonly kind: ConversationKind;
	readonly title: string;
	readonly titleSource: TitleSource;
	readonly folderId: string | null;
	readonly model: string | null;
	readonly systemPrompt: string | null;
	readonly parameters: Record<string, unknown>;
	readonly metadata: Record<string, unknown>;
	readonly isPinned: boolean;
	readonly isTemporary: boolean;
	readonly archivedAt: Date | null;
	/** Since when it lies in the trash. */
	readonly deletedAt: Date | null;
	/** Where the branch ends that is shown. */
	readonly activeLeafId: string | null;
	readonly messageCount: number;
	readonly lastActiveAt: Date;
	readonly createdAt: Date;
	readonly updatedAt: Date;
	readonly tagIds: readonly string[];
}

/** What counts for the next answer: the conversation's own, else the nearest folder's that has one. */
export interface EffectiveSettings {
	readonly model: string | null;
	readonly systemPrompt: string | null;
}

export type ConversationView = ConversationRecord & { readonly effective: EffectiveSettings };

/** What a person says of a conversation. */
export interface ConversationInput {
	readonly title?: string | undefined;
	readonly folderId?: string | null | undefined;
	readonly model?: string | null | undefined;
	readonly systemPrompt?: string | null | undefined;
	readonly parameters?: Record<string, unknown> | undefined;
	readonly metadata?: Record<string, unknown> | undefined;
	readonly isPinned?: boolean | undefined;
	readonly tagIds?: readonly string[] | undefined;
}

/** What can be changed later; absent stays as it is. */
export interface ConversationChange extends ConversationInput {
	readonly titleSource?: TitleSource | undefined;
	readonly isArchived?: boolean | undefined;
}

/** Which conversations a list has; absent: all but those that are archived or in the trash. */
export interface ConversationFilter {
	readonly model?: string | undefined;
	readonly tagId?: string | undefined;
	readonly folderId?: string | undefined;
	readonly isPinned?: boolean | undefined;
	readonly archived: 'no' | 'only' | 'any';
	/** Those in the trash instead of the others. */
	readonly isTrash: boolean;
	/** By their last message. */
	readonly activeAfter?: Date | undefined;
	readonly activeBefore?: Date | undefined;
}

/** A copy that ends at one message. */
export interface ForkInput {
	/** By default the active leaf. */
	readonly messageId?: string | undefined;
	readonly title?: string | undefined;
}

/** What was removed, and where the branch that is shown ends now. */
export interface SubtreeRemoval {
	readonly deleted: number;
	readonly activeLeafId: string | null;
}

/** How messages went in: the new ones, the last of which is the active leaf. */
export type Appended = readonly MessageRecord[];
