import type { TokenUsage } from '#libs/metering';

/**
 * The canonical chat: what every dialect is read into and every upstream protocol is written from when the two differ.
 * Same dialect in and out never comes here: bytes pass.
 */
export interface ChatRequest {
	readonly model: string;
	readonly isStreamed: boolean;
	readonly messages: readonly ChatMessage[];
	readonly tools: readonly ToolDefinition[];
	readonly maxTokens: number | undefined;
	readonly temperature: number | undefined;
	readonly topP: number | undefined;
	readonly seed: number | undefined;
	readonly frequencyPenalty: number | undefined;
	readonly presencePenalty: number | undefined;
	readonly stop: readonly string[];
	readonly format: { readonly type: 'json' } | { readonly type: 'schema'; readonly schema: unknown } | undefined;
	/** Ask for thinking; `undefined` leaves the model's default. */
	readonly reasoning: boolean | 'low' | 'medium' | 'high' | undefined;
	/** Ollama's options without a counterpart elsewhere; sent to Ollama only. */
	readonly keepAlive: string | number | undefined;
}

export interface ChatMessage {
	readonly role: 'system' | 'user' | 'assistant' | 'tool';
	readonly text: string;
	/** Base64 without a `data:` prefix. */
	readonly images: readonly string[];
	readonly reasoning: string | undefined;
	readonly toolCalls: readonly ToolCall[];
	/** Of a tool's answer. */
	readonly toolCallId: string | undefined;
	readonly toolName: string | undefined;
}

export interface ToolDefinition {
	readonly name: string;
	readonly description: string | undefined;
	readonly parameters: unknown;
}

/** `arguments` is JSON text, as the model wrote it. */
export interface ToolCall {
	readonly id: string;
	readonly name: string;
	readonly arguments: string;
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

/** What an upstream answers, in order; `finish` is sent once, then perhaps `usage`. */
export type ChatEvent =
	| { readonly type: 'text'; readonly text: string }
	| { readonly type: 'reasoning'; readonly text: string }
	| { readonly type: 'tool_start'; readonly index: number; readonly id: string; readonly name: string }
	| { readonly type: 'tool_arguments'; readonly index: number; readonly json: string }
	| { readonly type: 'finish'; readonly reason: FinishReason }
	| { readonly type: 'usage'; readonly usage: TokenUsage }
	| { readonly type: 'error'; readonly message: string };

/** Turns an upstream's bytes into events. Any split of the bytes gives the same events. */
export interface ChatDecoder {
	/** The model as the upstream names it, once known. */
	readonly model: string | undefined;
	/** @throws AppError upstream when the bytes make no sense or a line is longer than the limit. */
	feed(bytes: Buffer): void;
	/** The upstream has closed: events that are still due. Returns whether the answer was whole. */
	end(): boolean;
}

export interface EmbeddingRequest {
	readonly model: string;
	readonly input: readonly string[];
	readonly dimensions: number | undefined;
}

export interface EmbeddingAnswer {
	readonly model: string;
	readonly vectors: readonly (readonly number[])[];
	readonly usage: TokenUsage | undefined;
}
