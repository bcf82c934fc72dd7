/** Token classes are disjoint; adapters normalise vendors' numbers once. */
export interface TokenUsage {
	readonly input: number;
	readonly cacheRead: number;
	readonly cacheWrite: number;
	readonly output: number;
	readonly reasoning: number;
	/** Of `input`, tokens of sound. */
	readonly audioInput?: number;
	/** Of `output`, tokens of sound. */
	readonly audioOutput?: number;
	/** Of `cacheWrite`, those for a cache that keeps them for an hour. */
	readonly cacheWriteHour?: number;
	/** Pictures of the prompt, where they are counted. */
	readonly images?: number;
	/** The upstream did not say how long the prompt was: `input` is 0 until somebody estimates it. */
	readonly isInputUnknown?: boolean;
}

export const NO_TOKENS: TokenUsage = Object.freeze({ input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 });
