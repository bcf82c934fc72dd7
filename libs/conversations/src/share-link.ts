import { createHash, randomBytes } from 'node:crypto';
import { type ContentPart, type MessageRecord, type MessageRole, textOf } from './message.js';

/** `snapshot`: what is there now; `live`: also what follows it on the same branch. */
export const shareModes = ['snapshot', 'live'] as const;
export type ShareMode = (typeof shareModes)[number];

/** `signed_in`: members of the same organization. */
export const shareAudiences = ['public', 'signed_in', 'password'] as const;
export type ShareAudience = (typeof shareAudiences)[number];

export interface ShareLinkRecord {
	readonly id: string;
	readonly conversationId: string;
	readonly mode: ShareMode;
	readonly audience: ShareAudience;
	readonly leafId: string;
	readonly title: string;
	readonly viewCount: number;
	readonly lastViewedAt: Date | null;
	readonly expiresAt: Date | null;
	readonly revokedAt: Date | null;
	readonly createdAt: Date;
}

/** What opening needs beside what its owner sees. */
export type OpenableLink = ShareLinkRecord & {
	readonly passwordHash: string | null;
	readonly liveTitle: string;
	/** Neither revoked nor expired, by the database's clock, nor in the trash. */
	readonly isOpen: boolean;
};

export interface ShareLinkInput {
	readonly mode: ShareMode;
	readonly audience: ShareAudience;
	/** Exactly for the audience `password`. */
	readonly password?: string | undefined;
	/** The last message that is shown; by default the active leaf. */
	readonly messageId?: string | undefined;
	readonly expiresAt: Date | null;
}

/** A message as strangers see it: what was said and nothing else. */
export interface SharedMessage {
	readonly id: string;
	readonly role: MessageRole;
	readonly text: string;
	readonly model: string | null;
	readonly createdAt: Date;
}

export const TOKEN_BYTES = 32;

/** 256 bits; shown once. */
export const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/** What is stored of a token. It has more bits than anybody can try, so that a plain hash does. */
export const hashOfToken = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Questions and answers only: no system prompts, no reasoning, no tools. */
export const sharedOf = (messages: readonly MessageRecord[]): SharedMessage[] =>
	messages
		.filter(({ role, content }) => (role === 'user' || role === 'assistant') && hasText(content))
		.map(({ id, role, content, model, createdAt }) => ({ id, role, text: textOf(content), model, createdAt }));

const hasText = (content: readonly ContentPart[]): boolean => textOf(content) !== '';
