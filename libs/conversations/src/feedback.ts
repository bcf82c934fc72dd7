import { type ContentPart, type MessageRecord, textOf } from './message.js';
import type { ConversationView } from './conversation.js';

export const feedbackThumbs = ['up', 'down'] as const;

/** What somebody says of an answer. */
export interface FeedbackInput {
	readonly thumb: (typeof feedbackThumbs)[number] | null;
	/** 1 to 5. */
	readonly rating: number | null;
	readonly tags: readonly string[];
	readonly comment: string | null;
	/** What the answer should have been. */
	readonly correction: string | null;
}

export interface Feedback extends FeedbackInput {
	readonly id: string;
	readonly conversationId: string;
	readonly messageId: string;
	readonly context: FeedbackContext;
	readonly createdAt: Date;
	readonly updatedAt: Date;
}

/** What an answer was an answer to, as it was when it was judged: later changes do not reach it. */
export interface FeedbackContext {
	readonly model: string | null;
	readonly parameters: Record<string, unknown>;
	readonly systemPrompt: string | null;
	/** The messages before the answer, oldest first; the last twenty. */
	readonly prompt: readonly { readonly role: string; readonly text: string }[];
	readonly answer: readonly ContentPart[];
	/** The other versions of the answer. */
	readonly siblings: readonly { readonly id: string; readonly model: string | null; readonly text: string }[];
}

export const PROMPT_MESSAGES = 20;

/** `branch`: the answer first, then what it answers, towards the beginning. */
export function frozenContext(
	{ effective, parameters }: ConversationView,
	branch: readonly MessageRecord[],
	siblings: readonly MessageRecord[],
): FeedbackContext {
	const [answer, ...before] = branch;
	return {
		model: answer?.model ?? effective.model,
		parameters,
		systemPrompt: effective.systemPrompt,
		prompt: before.toReversed().map(({ role, content }) => ({ role, text: textOf(content) })),
		answer: answer?.content ?? [],
		siblings: siblings.map(({ id, model, content }) => ({ id, model, text: textOf(content) })),
	};
}
