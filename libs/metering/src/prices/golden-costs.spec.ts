import { describe, expect, it } from '@jest/globals';
import { NO_TOKENS, type TokenUsage } from '../token-usage.js';
import { costOf, UNPRICED } from './cost.js';
import { shippedPrices } from './price-list.js';
import { type PriceRow, PriceSet } from './price-set.js';

const row = (model: string, says: PriceRow['says'], more: Partial<PriceRow> = {}): PriceRow => ({
	id: `own:${model}`,
	vendor: null,
	providerId: null,
	model,
	validFrom: 0,
	validUntil: null,
	says,
	...more,
});

/** What one organization set besides: time of a local model, pictures, odd rates, mark-ups. */
const own = [
	row('llama3.2', { rates: { second: 100_000n }, tiers: [] }, { vendor: 'ollama' }),
	row('slow*', { rates: { second: 333n }, tiers: [] }),
	row('seeing', { rates: { input: 100_000_000n, output: 0n, image: 1_000_000n }, tiers: [] }),
	row('odd', { rates: { input: 333_333n, output: 1n }, tiers: [] }),
	row('gpt-5-nano', { markUp: 1_500 }),
	row('gpt-5-mini', { markUp: -2_500 }),
];
const prices = new PriceSet([own, [], shippedPrices], 'delivered', '');

/** What it costs in nano-USD, written by hand from the list: `undefined`, that it has no price. */
type Case = readonly [
	what: string,
	vendor: string,
	model: string,
	at: string,
	usage: Partial<TokenUsage> & { upstreamMs?: number },
	costs: bigint | undefined,
];

// 1 dollar per million tokens is 1,000 nano-USD a token
const cases: readonly Case[] = [
	['input and output', 'openai', 'gpt-4o', '2024-11-20', { input: 1_000, output: 500 }, 7_500_000n],
	[
		'cached input',
		'openai',
		'gpt-4o-2024-08-06',
		'2025-01-01',
		{ input: 200, cacheRead: 800, output: 100 },
		2_500_000n,
	],
	[
		'a release with its own row',
		'openai',
		'gpt-4o-2024-05-13',
		'2025-01-01',
		{ input: 1_000, output: 1_000 },
		20_000_000n,
	],
	[
		'a millisecond before midnight',
		'openai',
		'gpt-4o',
		'2024-10-01T23:59:59.999Z',
		{ input: 1_000, output: 1_000 },
		20_000_000n,
	],
	['at midnight', 'openai', 'gpt-4o', '2024-10-02T00:00:00.000Z', { input: 1_000, output: 1_000 }, 12_500_000n],
	[
		'reasoning costs as output',
		'openai',
		'o3',
		'2025-06-09T23:59:59.999Z',
		{ input: 100, output: 50, reasoning: 300 },
		15_000_000n,
	],
	['reasoning, a day later', 'openai', 'o3', '2025-06-10', { input: 100, output: 50, reasoning: 300 }, 3_000_000n],
	[
		'sound in and out',
		'openai',
		'gpt-audio',
		'2025-10-01',
		{ input: 120, audioInput: 100, output: 60, audioOutput: 50 },
		6_550_000n,
	],
	['no more sound than input', 'openai', 'gpt-4o-audio-preview', '2025-10-01', { input: 10, audioInput: 50 }, 400_000n],
	['embeddings', 'openai', 'text-embedding-3-small', '2025-01-01', { input: 1_000_000 }, 20_000_000n],
	['output without a rate', 'openai', 'text-embedding-3-small', '2025-01-01', { input: 1, output: 1 }, undefined],
	['a mark-up, a token rounded up', 'openai', 'gpt-5-nano', '2025-12-01', { cacheRead: 1 }, 6n],
	['a mark-up, rounded once', 'openai', 'gpt-5-nano', '2025-12-01', { cacheRead: 3 }, 18n],
	['a mark-up, nothing to round', 'openai', 'gpt-5-nano', '2025-12-01', { cacheRead: 4 }, 23n],
	['a discount', 'openai', 'gpt-5-mini', '2025-12-01', { input: 4, output: 4 }, 6_750n],
	['two classes, each rounded up', 'groq', 'odd', '2025-12-01', { input: 1, output: 1 }, 2n],
	['rounded up at once', 'groq', 'odd', '2025-12-01', { input: 10 }, 4n],
	[
		'cache writes and reads',
		'anthropic',
		'claude-opus-4-1-20250805',
		'2025-09-01',
		{ input: 10, cacheWrite: 1_000, cacheRead: 2_000, output: 5 },
		22_275_000n,
	],
	[
		'cache writes for an hour',
		'anthropic',
		'claude-opus-4-5-20251101',
		'2025-12-01',
		{ input: 1, cacheWrite: 1_000, cacheWriteHour: 1_000, output: 1 },
		10_030_000n,
	],
	[
		'cheap cache',
		'anthropic',
		'claude-3-haiku-20240307',
		'2025-01-01',
		{ cacheRead: 100, cacheWrite: 100, output: 1 },
		34_250n,
	],
	[
		'the longest short prompt',
		'anthropic',
		'claude-sonnet-4-5',
		'2025-11-01',
		{ input: 200_000, output: 1_000 },
		615_000_000n,
	],
	[
		'the shortest long prompt',
		'anthropic',
		'claude-sonnet-4-5',
		'2025-11-01',
		{ input: 200_001, output: 1_000 },
		1_222_506_000n,
	],
	[
		'long by what is cached',
		'anthropic',
		'claude-sonnet-4-5',
		'2025-11-01',
		{ input: 1, cacheRead: 200_000 },
		120_006_000n,
	],
	[
		'long with both kinds of writes',
		'anthropic',
		'claude-sonnet-4-5',
		'2025-11-01',
		{ input: 150_000, cacheWrite: 100_000, cacheWriteHour: 40_000, output: 10 },
		1_830_225_000n,
	],
	[
		'before there was a tier',
		'anthropic',
		'claude-sonnet-4',
		'2025-08-11T23:59:59.999Z',
		{ input: 250_000 },
		750_000_000n,
	],
	['once there is a tier', 'anthropic', 'claude-sonnet-4', '2025-08-12', { input: 250_000 }, 1_500_000_000n],
	[
		'a tier that says nothing of the cache',
		'xai',
		'grok-4',
		'2025-10-01',
		{ input: 128_000, cacheRead: 1 },
		768_000_750n,
	],
	[
		'sound of the input only',
		'google',
		'gemini-2.5-flash',
		'2025-11-01',
		{ input: 100, audioInput: 40, output: 10 },
		83_000n,
	],
	[
		'three prices: the first',
		'deepseek',
		'deepseek-chat',
		'2025-09-05T23:59:59.999Z',
		{ input: 10, cacheRead: 10, output: 10 },
		14_400n,
	],
	[
		'three prices: the second',
		'deepseek',
		'deepseek-chat',
		'2025-09-06',
		{ input: 10, cacheRead: 10, output: 10 },
		23_100n,
	],
	[
		'three prices: the third',
		'deepseek',
		'deepseek-chat',
		'2025-09-29',
		{ input: 10, cacheRead: 10, output: 10 },
		7_280n,
	],
	[
		'time of a local model; its tokens are free',
		'ollama',
		'llama3.2',
		'2025-12-01',
		{ input: 99, output: 99, upstreamMs: 1_500 },
		150_000n,
	],
	['a moment, rounded up', 'ollama', 'slow:1b', '2025-12-01', { input: 1, upstreamMs: 1 }, 1n],
	['pictures', 'ollama', 'seeing', '2025-12-01', { input: 100, images: 2 }, 2_010_000n],
	['free is a price', 'echo', 'echo-1', '2025-12-01', { input: 1_000, output: 1_000 }, 0n],
	['nothing used needs no price', 'openai', 'unheard-of', '2025-12-01', {}, 0n],
	['an unknown model', 'openai', 'unheard-of', '2025-12-01', { input: 1 }, undefined],
	['a fine-tuned model', 'openai', 'ft:gpt-4o-2024-08-06:us::1', '2025-12-01', { input: 1 }, undefined],
	['before the first price', 'openai', 'gpt-5', '2025-08-06T23:59:59.999Z', { input: 1 }, undefined],
	['the name of another vendor', 'ollama', 'gpt-4o', '2025-12-01', { input: 1 }, undefined],
];

describe('costs, by hand', () => {
	it.each(cases)('%s (%s %s, %s)', (_, vendor, model, at, { upstreamMs = 0, ...usage }, expected) => {
		const price = prices.priceOf({ vendor, providerId: vendor, model }, Date.parse(at));
		const cost = costOf(price, { usage: { ...NO_TOKENS, ...usage }, upstreamMs });
		expect(cost === UNPRICED ? undefined : cost.total).toBe(expected);
	});
});
