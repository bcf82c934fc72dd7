import type { Listed, Quota } from '#libs/kernel';
import type { CallOutcome, CallStart } from './call.js';
import type { Reservation } from './limiting/meters.js';
import { chargeOf } from './prices/charge.js';
import type { PriceSet } from './prices/price-set.js';

/**
 * What is known of a call's lease in Redis. `none`: no script was sent, or it surely wrote nothing. `possible`: a script was
 * sent and did not answer. `held`: there is one. `complete`: it carries the outcome, so the row can be made without this
 * process.
 */
export type LeaseState = 'none' | 'possible' | 'held' | 'complete';

/** An admitted call. The gateway tells it how the answer comes along, and once how it ended. */
export interface OpenCall {
	readonly eventId: string;
	/** What is left of the limits that bind it, after its reservation. */
	readonly quotas: readonly Quota[];
	/** First byte and running estimate: remembered here, carried to Redis by the heartbeat. */
	progressed(outputTokens: number): void;
	/** Exactly once; further calls are ignored. Nothing to wait for: the row follows within `LEDGER_FLUSH_MS`. */
	settle(outcome: CallOutcome): void;
}

const NO_QUOTAS: readonly Quota[] = Object.freeze([]);

/** One object for the whole life of a call, from admission to its row: nothing is copied on the way. */
export class LedgeredCall implements OpenCall, Listed {
	place = -1;
	/** Output tokens so far; below 0 until the first byte. */
	outputTokens = -1;
	/** What the lease says of them. */
	reportedTokens = -1;
	outcome: CallOutcome | undefined;
	/** What it holds of its limits in Redis; `undefined`: nothing that would have to be given back. */
	reservation: Reservation | undefined;
	/** Whether Redis was told the outcome, and has confirmed it. */
	settlement: 'none' | 'sent' | 'done' = 'none';
	quotas: readonly Quota[] = NO_QUOTAS;
	/** Told how it ended. */
	onOver: ((outcome: CallOutcome) => void) | undefined;
	/** Told when its row is in the ledger. */
	onWritten: (() => void) | undefined;

	constructor(
		readonly start: CallStart,
		readonly eventId: string,
		/** UTC day of the admission, days since 1970. */
		readonly day: number,
		readonly occurredAtMs: number,
		public lease: LeaseState,
		/** `undefined`: they could not be read when it was admitted. */
		private readonly prices: PriceSet | undefined,
		private readonly onSettled: (call: LedgeredCall, outcome: CallOutcome) => void,
	) {}

	/** Redis may not know of this call any more. */
	forgotten(): void {
		this.lease = 'possible';
		this.reportedTokens = -1;
	}

	progressed(outputTokens: number): void {
		this.outputTokens = outputTokens;
	}

	settle(outcome: CallOutcome): void {
		if (this.outcome !== undefined) return;
		this.outcome = outcome;
		if (this.prices !== undefined) this.charge(this.prices);
		this.onOver?.(outcome);
		this.onSettled(this, this.outcome);
	}

	/** Says what the call costs, once it is settled. */
	charge(prices: PriceSet): void {
		const { outcome } = this;
		if (outcome === undefined || outcome.cost !== undefined) return;
		this.outcome = { ...outcome, cost: chargeOf(prices, this.start, this.occurredAtMs, outcome) };
	}
}
