/** What a price says a rate of: tokens per million, an image of the prompt each, and time of the upstream per second. */
export const rateClasses = [
	'input',
	'cacheRead',
	'cacheWrite',
	/** Written to a cache that keeps it for an hour. */
	'cacheWriteHour',
	'output',
	'reasoning',
	'audioInput',
	'audioOutput',
	'image',
	'second',
] as const;
export type RateClass = (typeof rateClasses)[number];

/** Nano-USD: of a million tokens, of one image, of one second. */
export type Rates = { readonly [Class in RateClass]?: bigint };

/** Rates of a call whose whole prompt has more than so many tokens: all of its tokens cost these. */
export interface PriceTier {
	readonly aboveInputTokens: number;
	readonly rates: Rates;
}

/** What is charged for a model at a time. Frozen. */
export interface Price {
	/** Names the price for good: two prices that differ have different versions. */
	readonly version: string;
	readonly rates: Rates;
	/** Ascending. */
	readonly tiers: readonly PriceTier[];
}

/** What an organization pays for a call that did not come to its end. */
export const chargePolicies = ['delivered', 'upstream', 'free_before_first_token'] as const;
export type ChargePolicy = (typeof chargePolicies)[number];

/**
 * Rates with everything that follows: a class without a rate costs what the class costs that it is a part of. A price by time
 * alone has free tokens; without one, a token of no rate has no price at all.
 */
export function completed(rates: Rates): Rates {
	const free = rates.second === undefined ? undefined : 0n;
	const input = rates.input ?? free;
	const output = rates.output ?? free;
	const cacheWrite = rates.cacheWrite ?? input;
	return Object.freeze({
		input,
		cacheRead: rates.cacheRead ?? input,
		cacheWrite,
		cacheWriteHour: rates.cacheWriteHour ?? cacheWrite,
		output,
		reasoning: rates.reasoning ?? output,
		audioInput: rates.audioInput ?? input,
		audioOutput: rates.audioOutput ?? output,
		image: rates.image ?? 0n,
		second: rates.second ?? 0n,
	}) as Rates;
}

/** A frozen price from what somebody wrote. A tier says only what differs from the rates below it. */
export function compiledPrice(version: string, rates: Rates, tiers: readonly PriceTier[] = []): Price {
	const sorted = tiers.toSorted((a, b) => a.aboveInputTokens - b.aboveInputTokens);
	let below = rates;
	return Object.freeze({
		version,
		rates: completed(rates),
		tiers: Object.freeze(
			sorted.map(({ aboveInputTokens, rates: own }) => {
				below = { ...below, ...own };
				return Object.freeze({ aboveInputTokens, rates: completed(below) });
			}),
		),
	});
}

const WHOLE = 10_000n;
const raisedRates = (rates: Rates, basisPoints: bigint): Rates =>
	Object.freeze(
		Object.fromEntries(
			Object.entries(rates).map(([name, rate]) => [
				name,
				rate === undefined ? undefined : ceilDivided(rate * (WHOLE + basisPoints), WHOLE),
			]),
		),
	) as Rates;

/** A price with a mark-up in hundredths of a percent (below 0: a discount); each rate is rounded up to a nano-USD. */
export function raised({ version, rates, tiers }: Price, basisPoints: number, markUpId: string): Price {
	const points = BigInt(basisPoints);
	return Object.freeze({
		version: `${version}+${markUpId}`,
		rates: raisedRates(rates, points),
		tiers: Object.freeze(tiers.map((tier) => Object.freeze({ ...tier, rates: raisedRates(tier.rates, points) }))),
	});
}

/** Rounded up; neither is below 0. */
export const ceilDivided = (amount: bigint, by: bigint): bigint => (amount + by - 1n) / by;
