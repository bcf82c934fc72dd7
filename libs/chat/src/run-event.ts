import type { ContentPart, MessageState } from '#libs/conversations';
import type { TokenUsage } from '#libs/metering';
import type { FinishReason } from '#libs/providers';

/** What a run says of itself before anything of the answer has come. */
export interface RunStart {
	readonly type: 'start';
	readonly runId: string;
	readonly conversationId: string;
	/** The message that is answered. */
	readonly parentId: string;
	/** Of the answer: its row follows when the run is over. */
	readonly messageId: string;
	readonly model: string;
}

/** What a model says. Texts are pieces; those of a tool call name it by `index`. */
export type AnswerEvent =
	| { readonly type: 'text' | 'reasoning' | 'refusal'; readonly text: string }
	/** Closes the thinking so far; a signature lets its vendor trust it again. */
	| { readonly type: 'reasoning_end'; readonly signature?: string }
	| { readonly type: 'tool_call'; readonly index: number; readonly id: string; readonly name: string }
	| { readonly type: 'tool_arguments'; readonly index: number; readonly json: string }
	| { readonly type: 'finish'; readonly reason: FinishReason };

/** The last event. `messageId` is `null` where nothing of an answer came, so that none is kept. */
export interface RunEnd {
	readonly type: 'end';
	readonly state: MessageState;
	readonly messageId: string | null;
	readonly usage: TokenUsage | null;
	readonly error: RunError | null;
}

export interface RunError {
	readonly code: string;
	readonly message: string;
}

/**
 * What happens in a run, in order: `start`, the answer, `end`. An event's place, from 1, is its id; the log of a run never
 * changes, so that whoever has seen an id can go on after it.
 */
export type RunEvent = RunStart | AnswerEvent | RunEnd;

/** What is kept of an answer as a message. */
export interface FoldedAnswer {
	readonly content: readonly ContentPart[];
	readonly finishReason: FinishReason | null;
}
