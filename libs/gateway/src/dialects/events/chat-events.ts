import type { AppError } from '#libs/kernel';
import type { ChatEvent } from '#libs/providers';
import type { ChatRenderer, ClientOperation } from '../client-operation.js';
import { openAiChat } from '../openai/openai.dialect.js';
import { readOpenAiChat } from '../openai/read.js';

/** A line of a stream of `chatEvents`. */
export type ChatEventLine =
	| Exclude<ChatEvent, { readonly type: 'error' }>
	| { readonly type: 'error'; readonly code: string; readonly message: string };

const line = (event: ChatEventLine): string => `${JSON.stringify(event)}\n`;

const failed = ({ code, message }: AppError): string => line({ type: 'error', code, message });

const lines: ChatRenderer = {
	// there is one answer; and after an error the pipe ends the call with one of its own
	event: ({ choice: _, ...event }) => (event.type === 'error' ? '' : line(event)),
	end: () => '',
};

/**
 * For callers inside this process: takes what an OpenAI chat takes, always as a stream, and answers with the canonical
 * events, one JSON a line (`ChatEventLine`), whatever the upstream speaks. No upstream serves it, so that no bytes pass.
 */
export const chatEvents: ClientOperation = {
	...openAiChat,
	wire: 'chat/events',
	streamType: 'application/x-ndjson',
	forwardedHeaders: [],
	keepAlive: () => '',
	errorFrame: failed,
	isStreamed: () => true,
	wantsUsage: () => true,
	translation: {
		kind: 'chat',
		read: (scanned, model, lost) => ({ ...readOpenAiChat(scanned, model, lost), isStreamed: true }),
		renderer: () => lines,
	},
};
