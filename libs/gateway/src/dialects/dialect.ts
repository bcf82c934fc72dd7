import type { AppError } from '#libs/kernel';
import type { TokenUsage } from '#libs/metering';
import type { ChatEvent, ChatRequest, EmbeddingAnswer, EmbeddingRequest, Protocol } from '#libs/providers';
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
	/** What the client gets now; `undefined`: nothing yet. @throws AppError upstream */
	feed(bytes: Buffer): Buffer | string | undefined;
	/** The upstream has closed. @throws AppError upstream */
	end(): Ending;
}

export interface Ending {
	readonly last: Buffer | string | undefined;
	/** Whether the upstream said that it was finished. */
	readonly isWhole: boolean;
}

/** What a renderer needs to know of the call. */
export interface AnswerContext {
	readonly requestId: string;
	/** What the client asked for; used until the upstream names its model. */
	readonly alias: string;
	readonly isStreamed: boolean;
	/** The client asked for the usage chunk (OpenAI). */
	readonly wantsUsage: boolean;
}

/** Writes canonical events in a dialect. */
export interface ChatRenderer {
	/** The bytes for one event, perhaps none. Without streaming: collects. */
	event(event: ChatEvent, model: string | undefined): string;
	/** What ends the answer: the end marker of a stream, or the whole answer. */
	end(model: string | undefined): string;
}

/** One protocol as its clients speak it. Stateless. */
export interface ClientDialect {
	readonly protocol: Protocol;
	readonly streamType: string;
	/** Sent while a stream is silent; must not disturb any client. */
	keepAlive(context: AnswerContext): string;
	/** Says in-band that a stream has failed. */
	errorFrame(error: AppError): string;

	isStreamed(scanned: ScannedJson): boolean;
	wantsUsage(scanned: ScannedJson): boolean;
	/** The most output tokens the call may produce, by its own words; `undefined`: it does not say. */
	outputCap(scanned: ScannedJson): number | undefined;

	/** Changes for an upstream of the same protocol, other than the model's name. */
	chatEdits(scanned: ScannedJson): Edit[];
	chatPassThrough(context: AnswerContext): AnswerPipe;
	embeddingsPassThrough(): AnswerPipe;

	/** @throws AppError invalid, naming what cannot be translated */
	readChat(scanned: ScannedJson, model: string): ChatRequest;
	chatRenderer(context: AnswerContext): ChatRenderer;
	/** @throws AppError invalid */
	readEmbeddings(scanned: ScannedJson, model: string): EmbeddingRequest;
	renderEmbeddings(answer: EmbeddingAnswer, scanned: ScannedJson): string;
}
