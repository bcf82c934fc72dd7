import type { MessageRole } from '../message.js';
import type { SearchMode } from './search-query.js';
import type { Snippet } from './snippet.js';

export interface SearchRequest {
	readonly text: string;
	readonly mode: SearchMode;
	/** Only in this one. */
	readonly conversationId?: string | undefined;
	readonly limit: number;
	/** How many hits came before. */
	readonly after: string | undefined;
}

/** A message that was found, with what leads to it. */
export interface SearchHit {
	readonly id: string;
	readonly conversationId: string;
	readonly conversationTitle: string;
	readonly role: MessageRole;
	readonly model: string | null;
	readonly createdAt: Date;
	readonly score: number;
	readonly snippet: Snippet;
}
