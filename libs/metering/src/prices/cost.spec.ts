import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { costOf, type Cost, maximalCostOf, microUsd, UNPRICED } from './cost.js';
import { compiledPrice, type Rates } from './price.js';

const rate = fc.bigInt({ min: 0n, max: 1_000_000_000_000n });
const rates = fc.record(
	{
		input: rate,
		cacheRead: rate,
		cacheWrite: rate,
		cacheWriteHour: rate,
		output: rate,
		reasoning: rate,
		audioInput: rate,
		second: rate,
	},
	{ requiredKeys: ['input', 'output'] },
) as fc.Arbitrary<Rates>;
const prices = fc
	.tuple(rates, fc.array(fc.record({ aboveInputTokens: fc.nat(5_000), rates }), { maxLength: 3 }))
	.map(([base, tiers]) => compiledPrice('v', base, tiers));
const tokens = fc.nat(10_000);
const usages = fc.record({
	input: tokens,
	cacheRead: tokens,
	cacheWrite: tokens,
	output: tokens,
	reasoning: tokens,
	audioInput: tokens,
	cacheWriteHour: tokens,
});

describe('a cost', () => {
	it('is the sum of its parts, none below 0, and at most what was reserved for as much', () => {
		fc.assert(
			fc.property(prices, usages, fc.nat(10_000), (price, usage, upstreamMs) => {
				const { total, input, cacheRead, cacheWrite, output, reasoning } = costOf(price, { usage, upstreamMs }) as Cost;
				const parts = [input, cacheRead, cacheWrite, output, reasoning];
				expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(total);
				expect(parts.every((part) => part >= 0n)).toBe(true);
				const most = maximalCostOf(price, {
					inputTokens: usage.input + usage.cacheRead + usage.cacheWrite,
					outputTokens: usage.output + usage.reasoning,
					images: 0,
					longestMs: upstreamMs,
				}) as bigint;
				// each of the seven parts may be rounded up by less than 1
				expect(total).toBeLessThanOrEqual(most + 7n);
			}),
		);
	});

	it('is never less for more', () => {
		fc.assert(
			fc.property(rates, usages, tokens, (base, usage, more) => {
				const price = compiledPrice('v', base);
				const cost = (output: number): bigint =>
					(costOf(price, { usage: { ...usage, output }, upstreamMs: 0 }) as Cost).total;
				expect(cost(usage.output + more)).toBeGreaterThanOrEqual(cost(usage.output));
			}),
		);
	});

	it('cannot be reserved for without a price, or without one for the answer', () => {
		const estimate = { inputTokens: 1, outputTokens: 1, images: 0, longestMs: 0 };
		expect(maximalCostOf(undefined, estimate)).toBe(UNPRICED);
		expect(maximalCostOf(compiledPrice('v', { input: 1n }), estimate)).toBe(UNPRICED);
		expect(maximalCostOf(compiledPrice('v', { input: 1n }), { ...estimate, outputTokens: 0 })).toBe(1n);
	});

	it('is micro-USD rounded up', () => {
		expect([0n, 1n, 999n, 1_000n, 1_001n].map(microUsd)).toEqual([0, 1, 1, 1, 2]);
	});
});
