/** Token classes are disjoint; adapters normalise vendors' numbers once. */
export interface TokenUsage {
	readonly input: number;
	readonly cacheRead: number;
	readonly cacheWrite: number;
	readonly output: number;
	readonly reasoning: number;
	/** The upstream did not say how long the prompt was: `input` is 0 until somebody estimates it. */
	readonly isInputUnknown?: boolean;
}

export const NO_TOKENS: TokenUsage = Object.freeze({ input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 });

export type UsageSource = 'provider' | 'provider_partial' | 'estimated' | 'none';
export type Dialect = 'openai' | 'anthropic' | 'ollama';
export type CallStatus = 'ok' | 'error' | 'interrupted';

/** What is known before an upstream is asked. */
export interface CallStart {
	readonly organizationId: string;
	readonly projectId: string | undefined;
	readonly userId: string | undefined;
	readonly keyId: string | undefined;
	/** Of the principal: flat pairs of field and epoch. */
	readonly epochs: readonly (string | number)[];
	readonly requestId: string;
	readonly dialect: Dialect;
	/** `chat`, `embeddings` …, as the dialect's operation is named. */
	readonly operation: string;
	/** What the client asked for. */
	readonly alias: string;
	readonly providerId: string;
	/** What the upstream is asked for. */
	readonly model: string;
	readonly isStreamed: boolean;
	readonly reservedInputTokens: number;
	readonly reservedOutputTokens: number;
}

/** How a call ended. */
export interface CallOutcome {
	readonly status: CallStatus;
	readonly errorCode: string | undefined;
	readonly usage: TokenUsage;
	readonly usageSource: UsageSource;
	/** Counted or guessed by us instead of reported by the upstream. */
	readonly isEstimated: boolean;
	readonly attempts: number;
	/** Who answered, where that is not whom the call began with. */
	readonly providerId?: string;
	/** As that upstream names it. */
	readonly model?: string;
	readonly firstTokenMs: number | undefined;
	readonly durationMs: number;
}
