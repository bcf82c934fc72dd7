import type { AppError } from '#libs/kernel';
import type { TokenUsage } from '#libs/metering';
import type {
	ChatEvent,
	ChatRequest,
	EmbeddingAnswer,
	EmbeddingRequest,
	ForwardedHeaders,
	Protocol,
	Untranslatable,
	WireOperation,
} from '#libs/providers';
import type { ScannedJson } from '../json/scan-json.js';
import type { Edit } from '../json/splice.js';

/**
 * What comes back from an upstream, on its way to the client. Fed with the upstream's bytes however they are split; gives
 * whole frames only, so that an error frame can always follow.
 */
export interface AnswerPipe {
	/** The usage as the upstream reported it last. */
	readonly usage: TokenUsage | undefined;
	/** Pieces of content so far: the estimate when no usage is reported. */
	readonly pieces: number;
	/** Set once the upstream has reported an error in the middle of its answer. */
	readonly failure: AppError | undefined;
	/**
	 * What the client gets now; `undefined`: nothing yet. `source`: which of several requests the bytes answer, from 0.
	 * @throws AppError upstream
	 */
	feed(bytes: Buffer, source?: number): Buffer | string | undefined;
	/** The upstream has closed. @throws AppError upstream */
	end(source?: number): Ending;
}

export interface Ending {
	readonly last: Buffer | string | undefined;
	/** Whether the upstream said that it was finished. */
	readonly isWhole: boolean;
}

/** What pipes and renderers need to know of the call. */
export interface AnswerContext {
	readonly requestId: string;
	/** What the client asked for; used until the upstream names its model. */
	readonly alias: string;
	readonly isStreamed: boolean;
	/** The client asked for the usage chunk (OpenAI). */
	readonly wantsUsage: boolean;
	/** An estimate of the prompt's tokens, for dialects that name it before the upstream has (Anthropic's `message_start`). */
	readonly inputTokens: number;
	/** The client's body, for answers that repeat parts of it (OpenAI's Responses). */
	readonly scanned: ScannedJson;
}

/** Writes canonical events in a dialect. */
export interface ChatRenderer {
	/** The bytes for one event, perhaps none. Without streaming: collects. */
	event(event: ChatEvent, model: string | undefined): string;
	/** What ends the answer: the end marker of a stream, or the whole answer. */
	end(model: string | undefined): string;
}

/** What is known of the upstream that is asked. */
export interface UpstreamTraits {
	/** It tells the usage in every chunk when asked to. */
	readonly tellsUsageContinuously: boolean;
}

/** Bytes pass: for an upstream that serves the same operation. */
export interface NativeAnswer {
	/** Changes of the body other than the model's name. */
	edits(scanned: ScannedJson, upstream?: UpstreamTraits): Edit[];
	/** The answer to a body with those changes. */
	pipe(context: AnswerContext, upstream?: UpstreamTraits): AnswerPipe;
}

/** For an upstream of another protocol. */
export type Translation =
	| {
			readonly kind: 'chat';
			/** @throws AppError invalid, naming the field; through `lost` for what no other protocol can express */
			read(scanned: ScannedJson, model: string, lost: Untranslatable): ChatRequest;
			renderer(context: AnswerContext): ChatRenderer;
	  }
	| {
			readonly kind: 'embeddings';
			/** @throws AppError invalid */
			read(scanned: ScannedJson, model: string): EmbeddingRequest;
			render(answer: EmbeddingAnswer, scanned: ScannedJson): string;
	  };

/** One operation of one dialect, as its clients speak it. Stateless. */
export interface ClientOperation {
	readonly wire: WireOperation;
	readonly dialect: Protocol;
	/** As the ledger and reports name it. */
	readonly name: string;
	readonly streamType: string;
	/** Headers of the client that an upstream of the same protocol gets to see, lower case. */
	readonly forwardedHeaders: readonly string[];
	/** Sent while a stream is silent; must not disturb any client. */
	keepAlive(context: AnswerContext): string;
	/** Says in-band that a stream has failed. */
	errorFrame(error: AppError, context: AnswerContext): string;

	/** What every upstream needs; `forwarded` are the client's headers of `forwardedHeaders`. @throws AppError invalid, naming the field */
	check(scanned: ScannedJson, forwarded: ForwardedHeaders): void;
	isStreamed(scanned: ScannedJson): boolean;
	wantsUsage(scanned: ScannedJson): boolean;
	/** The most output tokens the call may produce by its own words; `undefined`: it does not say; 0: it produces none. */
	outputCap(scanned: ScannedJson): number | undefined;
	/** How many answers it asks for; one where it cannot say. */
	answers?(scanned: ScannedJson): number;

	readonly native: NativeAnswer;
	readonly translation: Translation | undefined;
}
