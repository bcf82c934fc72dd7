import type { TokenUsage } from '#libs/metering';

/**
 * The canonical chat: what every dialect is read into and every upstream protocol is written from when the two differ.
 * Same dialect in and out never comes here: bytes pass. A dialect reads everything it can express; an adapter refuses (or
 * drops, where that is allowed) what its upstream cannot do.
 */
export interface ChatRequest {
	readonly model: string;
	readonly isStreamed: boolean;
	readonly messages: readonly ChatMessage[];
	readonly tools: readonly ToolDefinition[];
	/** `undefined`: the upstream's default, which is `auto`. */
	readonly toolChoice: ToolChoice | undefined;
	/** `false`: at most one tool call in an answer. */
	readonly parallelTools: boolean | undefined;
	readonly maxTokens: number | undefined;
	readonly temperature: number | undefined;
	readonly topP: number | undefined;
	readonly topK: number | undefined;
	readonly minP: number | undefined;
	readonly seed: number | undefined;
	readonly frequencyPenalty: number | undefined;
	readonly presencePenalty: number | undefined;
	readonly stop: readonly string[];
	/** Answers wanted; each event says which one it belongs to. The pipeline asks several times where an upstream gives one. */
	readonly n: number;
	/** Log probabilities of the chosen tokens, with so many alternatives each. */
	readonly logprobs: number | undefined;
	readonly logitBias: Readonly<Record<string, number>> | undefined;
	readonly format: ChatFormat | undefined;
	/** Ask for thinking; `undefined` leaves the model's default, `true` is the vendor's usual effort. */
	readonly reasoning: boolean | 'minimal' | 'low' | 'medium' | 'high' | 'max' | undefined;
	/** Anthropic's explicit budget, in tokens; other upstreams go by `reasoning`. */
	readonly reasoningBudget: number | undefined;
	/** Ask vLLM for the usage in every chunk. Set by the pipeline, where that is known to be understood. */
	readonly continuousUsage?: boolean;
	/** The caller's own name of its end user. */
	readonly userId: string | undefined;
	/** OpenAI's `prompt_cache_key`. */
	readonly cacheKey: string | undefined;
	/** Ollama's `keep_alive`: sent to Ollama only. */
	readonly keepAlive: string | number | undefined;
	/** Ollama's options about memory and hardware, such as `num_ctx`: sent to Ollama only, without meaning elsewhere. */
	readonly runtime: Readonly<Record<string, unknown>> | undefined;
}

export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

export type ChatFormat =
	| { readonly type: 'json' }
	| {
			readonly type: 'schema';
			readonly schema: unknown;
			readonly name: string | undefined;
			/** OpenAI's: the answer keeps to the schema by force; others always try. */
			readonly strict?: boolean;
			readonly description?: string;
	  };

/** What a request is made of when a dialect says nothing else. */
export const NO_WISHES: Omit<ChatRequest, 'model' | 'isStreamed' | 'messages'> = Object.freeze({
	tools: [],
	toolChoice: undefined,
	parallelTools: undefined,
	maxTokens: undefined,
	temperature: undefined,
	topP: undefined,
	topK: undefined,
	minP: undefined,
	seed: undefined,
	frequencyPenalty: undefined,
	presencePenalty: undefined,
	stop: [],
	n: 1,
	logprobs: undefined,
	logitBias: undefined,
	format: undefined,
	reasoning: undefined,
	reasoningBudget: undefined,
	userId: undefined,
	cacheKey: undefined,
	keepAlive: undefined,
	runtime: undefined,
});

/** Consecutive `tool` messages answer the tool calls of the assistant message before them. */
export interface ChatMessage {
	readonly role: 'system' | 'user' | 'assistant' | 'tool';
	/** In the order in which they were written. */
	readonly parts: readonly ContentPart[];
	readonly reasoning: readonly ReasoningPart[];
	readonly toolCalls: readonly ToolCall[];
	/** Of a tool's answer. */
	readonly toolCallId: string | undefined;
	readonly toolName: string | undefined;
	/** Of a tool's answer: the tool failed. */
	readonly isError: boolean;
}

export type ContentPart =
	| { readonly type: 'text'; readonly text: string; readonly cache?: CacheHint }
	/** Bare base64. `mediaType` is `undefined` where the dialect does not say. */
	| {
			readonly type: 'image';
			readonly base64: string;
			readonly mediaType: string | undefined;
			/** OpenAI's `low`, `high` or `auto`; others have one way to look. */
			readonly detail?: string;
			readonly cache?: CacheHint;
	  }
	/** Fetched by the pipeline, behind the egress guard, for upstreams that take bytes only. */
	| { readonly type: 'image_url'; readonly url: string; readonly detail?: string; readonly cache?: CacheHint }
	/** A document such as a PDF, bare base64. */
	| {
			readonly type: 'file';
			readonly base64: string;
			readonly mediaType: string;
			readonly name: string | undefined;
			readonly cache?: CacheHint;
	  }
	| { readonly type: 'audio'; readonly base64: string; readonly format: string };

/** Anthropic's `cache_control`; others ignore it. */
export interface CacheHint {
	readonly ttl: string | undefined;
}

/** A model's thinking. A signature is replayed only to the vendor that made it. */
export interface ReasoningPart {
	readonly text: string;
	readonly vendor: 'anthropic' | 'openai' | undefined;
	readonly signature: string | undefined;
	/** Hidden thinking: an opaque text in place of `text`. */
	readonly redacted: string | undefined;
}

export interface ToolDefinition {
	readonly name: string;
	readonly description: string | undefined;
	/** JSON schema. */
	readonly parameters: unknown;
	readonly strict: boolean | undefined;
	readonly cache?: CacheHint;
}

/** `arguments` is JSON text, as the model wrote it. */
export interface ToolCall {
	readonly id: string;
	readonly name: string;
	readonly arguments: string;
}

/** All texts of a message, for upstreams that take one. */
export const textOf = (parts: readonly ContentPart[]): string =>
	parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');

/** A tool's answer for upstreams that have no field for its failure. */
export const toolAnswerText = ({ parts, isError }: ChatMessage): string =>
	`${isError ? 'Error: ' : ''}${textOf(parts)}`;

/** A message that is nothing but text. */
export const textMessage = (role: ChatMessage['role'], text: string): ChatMessage => ({
	role,
	parts: text === '' ? [] : [{ type: 'text', text }],
	reasoning: [],
	toolCalls: [],
	toolCallId: undefined,
	toolName: undefined,
	isError: false,
});

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

/** Which of `n` answers an event belongs to; absent: the first. */
interface OfChoice {
	readonly choice?: number;
}

/**
 * What an upstream answers, in order: per choice reasoning, text and tool calls (each tool call's start before its
 * arguments), then `finish` once; `usage` (cumulative, the last one counts) at any time.
 */
export type ChatEvent = OfChoice &
	(
		| { readonly type: 'text'; readonly text: string; readonly logprobs?: readonly TokenLogprob[] }
		| { readonly type: 'refusal'; readonly text: string }
		| { readonly type: 'reasoning'; readonly text: string }
		/** Closes the thinking so far. */
		| {
				readonly type: 'reasoning_end';
				readonly vendor: 'anthropic' | 'openai';
				readonly signature: string | undefined;
				readonly redacted: string | undefined;
		  }
		| { readonly type: 'tool_start'; readonly index: number; readonly id: string; readonly name: string }
		| { readonly type: 'tool_arguments'; readonly index: number; readonly json: string }
		/** `stopSequence`: the one that was hit, where it is known. */
		| { readonly type: 'finish'; readonly reason: FinishReason; readonly stopSequence?: string }
		| { readonly type: 'usage'; readonly usage: TokenUsage }
		| { readonly type: 'error'; readonly message: string }
	);

export interface TokenLogprob {
	readonly token: string;
	readonly logprob: number;
	readonly top: readonly { readonly token: string; readonly logprob: number }[];
}

/** Turns an upstream's bytes into events. Any split of the bytes gives the same events. */
export interface ChatDecoder {
	/** The model as the upstream names it, once known. */
	readonly model: string | undefined;
	/** Pieces of content that have come and are no events yet. */
	readonly held?: number;
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
