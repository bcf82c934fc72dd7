import type { Cost, Unpriced } from './prices/cost.js';
import type { PricedModel } from './prices/price-set.js';
import type { TokenUsage } from './token-usage.js';

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
	/** Whose price list counts for that provider. */
	readonly vendor: string;
	/** What the upstream is asked for. */
	readonly model: string;
	/** Whatever may answer in the end, at least one: limits and budgets of each of them count. */
	readonly candidates: readonly PricedModel[];
	readonly isStreamed: boolean;
	readonly reservedInputTokens: number;
	readonly reservedOutputTokens: number;
	/** Of the prompt. */
	readonly reservedImages: number;
}

/** An attempt that failed. */
export interface FailedAttempt {
	readonly providerId: string;
	/** As that upstream names it. */
	readonly model: string;
	readonly ms: number;
	readonly errorCode: string;
}

/** What few calls have. */
export interface UsageDetails extends Pick<TokenUsage, 'audioInput' | 'audioOutput' | 'cacheWriteHour' | 'images'> {
	readonly failures?: readonly FailedAttempt[];
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
	/** Of several attempts, those that failed, the first ones. */
	readonly failures?: readonly FailedAttempt[];
	/** Who answered, where that is not whom the call began with. */
	readonly providerId?: string;
	/** As that upstream names it. */
	readonly model?: string;
	/** Of that provider. */
	readonly vendor?: string;
	/** How long the upstream worked on it; of several attempts, the last one. */
	readonly upstreamMs?: number;
	/** Tokens of the answer that the client had been sent when it left; for a call that did not end well. */
	readonly delivered?: number;
	/** What is charged; absent until it is settled, and while the prices cannot be read. */
	readonly cost?: Cost | Unpriced;
	readonly firstTokenMs: number | undefined;
	readonly durationMs: number;
}
