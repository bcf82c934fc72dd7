export const messageRoles = ['system', 'developer', 'user', 'assistant', 'tool'] as const;
export type MessageRole = (typeof messageRoles)[number];

/** Whether an answer is whole, was stopped by somebody, was cut off, or failed. */
export type MessageState = 'complete' | 'stopped' | 'interrupted' | 'failed';

/** A piece of a message. Files are named, never held. */
export type ContentPart =
	| { readonly type: 'text'; readonly text: string }
	| { readonly type: 'image' | 'file'; readonly attachmentId: string }
	| { readonly type: 'reasoning'; readonly text: string; readonly signature?: string | undefined }
	| { readonly type: 'refusal'; readonly text: string }
	| { readonly type: 'tool_call'; readonly id: string; readonly name: string; readonly arguments: string }
	| {
			readonly type: 'tool_result';
			readonly toolCallId: string;
			readonly text: string;
			readonly isError?: boolean | undefined;
	  };

/** `undefined`: where the conversation stands; `null`: a new branch from the beginning. */
export interface MessageParent {
	readonly parentId?: string | null | undefined;
}

/** How many messages one conversation can have. */
export const MAX_MESSAGES = 250_000;

/** What to append. It answers `parentId`; `null`: it begins a branch. */
export interface NewMessage {
	/** Given where somebody must know it before the row is there. */
	readonly id?: string | undefined;
	readonly parentId: string | null;
	readonly role: MessageRole;
	readonly content: readonly ContentPart[];
	readonly model?: string | null | undefined;
	readonly state?: MessageState | undefined;
	readonly finishReason?: string | null | undefined;
	readonly usage?: Record<string, unknown> | null | undefined;
	readonly runId?: string | null | undefined;
	readonly metadata?: Record<string, unknown> | undefined;
	readonly importId?: string | null | undefined;
	/** By default now. */
	readonly createdAt?: Date | undefined;
}

export interface MessageRecord {
	readonly id: string;
	readonly conversationId: string;
	/** The order in which the conversation got them, from 1. */
	readonly sequence: number;
	readonly parentId: string | null;
	readonly role: MessageRole;
	readonly content: readonly ContentPart[];
	readonly model: string | null;
	readonly state: MessageState;
	readonly finishReason: string | null;
	readonly usage: Record<string, unknown> | null;
	readonly runId: string | null;
	readonly metadata: Record<string, unknown>;
	readonly createdAt: Date;
}

/** What a reader sees of a message, without reasoning and calls of tools; parts are lines. */
export const textOf = (content: readonly ContentPart[]): string =>
	content.flatMap((part) => (part.type === 'text' || part.type === 'refusal' ? [part.text] : [])).join('\n');

/** The files that a message names, each once. */
export const attachmentsOf = (content: readonly ContentPart[]): readonly string[] => [
	...new Set(content.flatMap((part) => (part.type === 'image' || part.type === 'file' ? [part.attachmentId] : []))),
];
