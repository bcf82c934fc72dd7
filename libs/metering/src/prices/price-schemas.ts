import { z } from 'zod';
import { rateClasses } from './price.js';
import { rateName } from './written-rates.js';

const id = z.uuid().lowercase();
const name = (most: number) =>
	z
		.string()
		.trim()
		.min(1)
		.max(most)
		.regex(/^\P{Cc}+$/u);
const vendor = name(64).meta({
	description:
		'A vendor (`openai`, `anthropic`, `google`, …) or the kind of a provider (`ollama`, `openai-compatible`, …)',
	examples: ['openai'],
});
const model = name(256).meta({
	description:
		'As the upstream names it; a `*` at the end stands for anything, a release goes by the name without its date',
	examples: ['gpt-4o'],
});
const moment = z.iso
	.datetime({ offset: true })
	.transform((text) => new Date(text))
	.meta({ examples: ['2026-01-01T00:00:00Z'] });
/** At most 10,000 dollars, so that no sum leaves the ledger's columns. */
const nanoUsd = z
	.string()
	.regex(/^(0|[1-9]\d{0,12}|10{13})$/, 'must be a whole number from 0 to 10^13')
	.meta({ examples: ['2500000000'] });

const rates = z.strictObject(Object.fromEntries(rateClasses.map((each) => [rateName(each), nanoUsd.optional()]))).meta({
	id: 'Rates',
	description: 'Billionths of a US dollar for a million tokens, for one image, or for one second of the upstream',
	examples: [{ inputNanoUsd: '2500000000', cacheReadNanoUsd: '1250000000', outputNanoUsd: '10000000000' }],
});
const tier = z
	.strictObject({
		aboveInputTokens: z.int().min(1).max(1_000_000_000),
		rates,
	})
	.meta({ id: 'PriceTier', description: 'What differs for prompts of more tokens than that' });
const tiers = z.array(tier).max(10);
const markUpBasisPoints = z
	.int()
	.min(-10_000)
	.max(1_000_000)
	.meta({
		description: 'Hundredths of a percent on top of what is charged without it; below 0 a discount',
		examples: [1_500],
	});
const source = name(500).meta({ description: 'Where it was read, or agreed', examples: ['contract of 2026-01-01'] });

/** The fields of prices, however they come: by the platform API, or from a file. */
export const priceFields = { name, vendor, moment, rates, tier, tiers, markUpBasisPoints, source } as const;

/** A whole price. */
export const newPrice = z
	.strictObject({
		vendor: vendor.nullable().default(null),
		providerId: id.nullable().default(null).meta({ description: '`null`: any provider' }),
		model,
		validFrom: moment.default(() => new Date()).meta({ description: 'Default: now' }),
		validUntil: moment
			.nullable()
			.default(null)
			.meta({ description: 'Exclusive; `null`: until another takes its place' }),
		rates: rates.nullable().default(null),
		tiers: tiers.default([]),
		markUpBasisPoints: markUpBasisPoints.nullable().default(null),
		source: source.nullable().default(null),
	})
	.meta({
		id: 'CreatePrice',
		description: 'Either `rates` (with `tiers`, if any) or `markUpBasisPoints`',
		examples: [
			{ vendor: 'ollama', model: '*', rates: { secondNanoUsd: '100000' } },
			{ vendor: 'openai', model: 'gpt-5*', markUpBasisPoints: 1_500 },
		],
	});
