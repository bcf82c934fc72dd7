import type { TokenUsage } from '../token-usage.js';
import { ceilDivided, type Price, type Rates } from './price.js';

/** There is no price for what was used. Never a cost of 0: what is free has a price, namely 0. */
export const UNPRICED = 'unpriced';
export type Unpriced = typeof UNPRICED;

/** Nano-USD. The parts are those of the ledger's columns and add up to `total`. */
export interface Cost {
	/** `null`: nothing was used, so that no price was needed. */
	readonly priceVersion: string | null;
	/** Also of images. */
	readonly input: bigint;
	readonly cacheRead: bigint;
	readonly cacheWrite: bigint;
	/** Also of time. */
	readonly output: bigint;
	readonly reasoning: bigint;
	readonly total: bigint;
}

/** What a call used. */
export interface Used {
	readonly usage: TokenUsage;
	/** How long the upstream worked on it. */
	readonly upstreamMs: number;
}

export const NO_COST: Cost = Object.freeze({
	priceVersion: null,
	input: 0n,
	cacheRead: 0n,
	cacheWrite: 0n,
	output: 0n,
	reasoning: 0n,
	total: 0n,
});

const MILLION = 1_000_000n;
const THOUSAND = 1_000n;

/**
 * What a call costs: per class the tokens times the rate, divided by a million, rounded up to a nano-USD, once. Of the classes
 * input, output and cache write, the parts with a rate of their own (audio, writes for an hour) are rounded by themselves.
 */
export function costOf(price: Price | undefined, { usage, upstreamMs }: Used): Cost | Unpriced {
	if (isNothing(usage)) return NO_COST;
	if (price === undefined) return UNPRICED;
	const rates = ratesFor(price, usage.input + usage.cacheRead + usage.cacheWrite);
	const { input, output, cacheWrite } = usage;
	const heard = within(usage.audioInput, input);
	const spoken = within(usage.audioOutput, output);
	const kept = within(usage.cacheWriteHour, cacheWrite);
	const parts = {
		input: sum(ofTokens(input - heard, rates.input), ofTokens(heard, rates.audioInput), ofImages(usage, rates)),
		cacheRead: ofTokens(usage.cacheRead, rates.cacheRead),
		cacheWrite: sum(ofTokens(cacheWrite - kept, rates.cacheWrite), ofTokens(kept, rates.cacheWriteHour)),
		output: sum(
			ofTokens(output - spoken, rates.output),
			ofTokens(spoken, rates.audioOutput),
			ofTime(upstreamMs, rates),
		),
		reasoning: ofTokens(usage.reasoning, rates.reasoning),
	};
	const total = sum(parts.input, parts.cacheRead, parts.cacheWrite, parts.output, parts.reasoning);
	if (total === undefined) return UNPRICED;
	return { priceVersion: price.version, ...(parts as { [Part in keyof typeof parts]: bigint }), total };
}

/** What a call can use at most, before it is made. */
export interface Estimate {
	readonly inputTokens: number;
	/** The request's cap. */
	readonly outputTokens: number;
	readonly images: number;
	/** How long it may take. */
	readonly longestMs: number;
}

/**
 * The most that a call can cost in nano-USD, for its reservation: each token is of the dearest class that it can become, in
 * the dearest tier that the prompt can reach.
 */
export function maximalCostOf(price: Price | undefined, estimate: Estimate): bigint | Unpriced {
	if (price === undefined) return UNPRICED;
	const costs = [price.rates, ...reachedTiers(price, estimate.inputTokens)].map((rates) => {
		const prompt = dearest(rates.input, rates.cacheRead, rates.cacheWrite, rates.cacheWriteHour, rates.audioInput);
		const answer = dearest(rates.output, rates.reasoning, rates.audioOutput);
		return sum(
			ofTokens(estimate.inputTokens, prompt),
			ofTokens(estimate.outputTokens, answer),
			BigInt(whole(estimate.images)) * (rates.image ?? 0n),
			ofTime(estimate.longestMs, rates),
		);
	});
	return dearest(...costs) ?? UNPRICED;
}

/** Nano-USD as the micro-USD that Redis counts, rounded up. */
export const microUsd = (nanoUsd: bigint): number => Number(ceilDivided(nanoUsd, THOUSAND));

const isNothing = (usage: TokenUsage): boolean =>
	usage.input <= 0 && usage.output <= 0 && usage.cacheRead <= 0 && usage.cacheWrite <= 0 && usage.reasoning <= 0;

function ratesFor({ rates, tiers }: Price, promptTokens: number): Rates {
	let found = rates;
	for (const tier of tiers) if (promptTokens > tier.aboveInputTokens) found = tier.rates;
	return found;
}

const reachedTiers = ({ tiers }: Price, inputTokens: number): Rates[] =>
	tiers.filter(({ aboveInputTokens }) => inputTokens > aboveInputTokens).map(({ rates }) => rates);

/** `undefined`: tokens that have no price. */
function ofTokens(tokens: number, rate: bigint | undefined): bigint | undefined {
	if (!(tokens > 0)) return 0n;
	return rate === undefined ? undefined : ceilDivided(BigInt(whole(tokens)) * rate, MILLION);
}

const ofImages = ({ images = 0 }: TokenUsage, { image = 0n }: Rates): bigint =>
	images > 0 && image > 0n ? BigInt(whole(images)) * image : 0n;

const ofTime = (ms: number, { second = 0n }: Rates): bigint =>
	ms > 0 && second > 0n ? ceilDivided(BigInt(Math.ceil(ms)) * second, THOUSAND) : 0n;

const whole = (count: number): number => (count > 0 ? Math.trunc(count) : 0);
const within = (part: number | undefined, all: number): number =>
	part === undefined || !(part > 0) ? 0 : Math.min(part, all);

function sum(...parts: readonly (bigint | undefined)[]): bigint | undefined {
	let total = 0n;
	for (const part of parts) {
		if (part === undefined) return undefined;
		total += part;
	}
	return total;
}

/** `undefined` when one of them has no price. */
function dearest(...parts: readonly (bigint | undefined)[]): bigint | undefined {
	let most = 0n;
	for (const part of parts) {
		if (part === undefined) return undefined;
		if (part > most) most = part;
	}
	return most;
}
