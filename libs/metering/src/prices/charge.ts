import type { CallOutcome, CallStart } from '../call.js';
import type { TokenUsage } from '../token-usage.js';
import { type Cost, costOf, NO_COST, type Unpriced } from './cost.js';
import type { ChargePolicy } from './price.js';
import type { PriceSet } from './price-set.js';

/** What of an outcome is charged for. */
export type Charged = Pick<
	CallOutcome,
	'status' | 'usage' | 'delivered' | 'vendor' | 'providerId' | 'model' | 'upstreamMs'
>;

/** What is charged for a call that has ended, by the prices of the moment when it was admitted. */
export function chargeOf(
	prices: PriceSet,
	start: Pick<CallStart, 'vendor' | 'providerId' | 'model'>,
	occurredAtMs: number,
	outcome: Charged,
): Cost | Unpriced {
	const usage = chargedUsage(prices.chargeInterrupted, outcome);
	if (usage === undefined) return NO_COST;
	const { vendor = start.vendor, providerId = start.providerId, model = start.model, upstreamMs = 0 } = outcome;
	return costOf(prices.priceOf({ vendor, providerId, model }, occurredAtMs), { usage, upstreamMs });
}

/**
 * What of the usage is charged; `undefined`: nothing. A call that ended well is charged as it was used. Of another one,
 * `upstream` charges what the upstream used, `free_before_first_token` the same once something of the answer had come, and
 * `delivered` no more of the answer than the client was sent.
 */
export function chargedUsage(policy: ChargePolicy, { status, usage, delivered }: Charged): TokenUsage | undefined {
	if (status === 'ok' || policy === 'upstream' || delivered === undefined) return usage;
	if (delivered <= 0) return undefined;
	if (policy === 'free_before_first_token' || usage.reasoning + usage.output <= delivered) return usage;
	const reasoning = Math.min(usage.reasoning, delivered); // it comes before the rest of the answer
	return { ...usage, reasoning, output: Math.min(usage.output, delivered - reasoning) };
}
