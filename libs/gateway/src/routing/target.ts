import type { Candidate, Provider, ProviderAdapter } from '#libs/providers';
import type { Breaker } from './breaker.js';
import type { RetryBudget } from './retry-budget.js';
import type { Slots } from './slots.js';

/** One way to answer a call: a model at a provider, asked with one of its credentials. */
export interface Target {
	readonly candidate: Candidate;
	/** Sends this target's credential. */
	readonly provider: Provider;
	readonly model: string;
	readonly adapter: ProviderAdapter;
	/** The breaker's name, the same in every replica. */
	readonly name: string;
	readonly breaker: Breaker;
	readonly load: Load;
}

const LATENCY_SHARE = 0.2; // of the newest in the moving average

/** What this process knows of a model at a provider; outlives changes of the provider. */
export class Load {
	inFlight = 0;
	/** Milliseconds to the first byte, a moving average; `undefined` until the first answer. */
	latencyMs: number | undefined;

	constructor(
		readonly budget: RetryBudget,
		/** `undefined`: the provider takes any number of calls at once. */
		readonly slots: Slots | undefined,
	) {}

	answered(firstByteMs: number): void {
		this.latencyMs =
			this.latencyMs === undefined ? firstByteMs : this.latencyMs + (firstByteMs - this.latencyMs) * LATENCY_SHARE;
	}
}
