import { z } from 'zod';
import { newPrice, priceFields, priceTables } from '#libs/metering';
import { PageQuery } from '../edge/paged.js';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';

export const id = z.uuid().lowercase();
const { markUpBasisPoints, moment, name, rates, source, tier, tiers, vendor } = priceFields;

export const CreatePrice = newPrice;
export type CreatePrice = z.output<typeof CreatePrice>;

export const UpdatePrice = z
	.strictObject({
		validUntil: moment.nullable().optional(),
		rates: rates.optional(),
		tiers: tiers.optional(),
		markUpBasisPoints: markUpBasisPoints.optional(),
		source: source.nullable().optional(),
	})
	.meta({ id: 'UpdatePrice', examples: [{ rates: { inputNanoUsd: '2000000000', outputNanoUsd: '8000000000' } }] });
export type UpdatePrice = z.output<typeof UpdatePrice>;

export const Price = z
	.object({
		id: z.string().meta({ examples: ['list:openai/gpt-4o@2024-10-02'] }),
		table: z.enum(priceTables).meta({
			description:
				'The first of them that has a price counts, mark-ups aside: own, of the installation, the shipped list',
		}),
		vendor: z.string().nullable(),
		providerId: id.nullable(),
		model: z.string(),
		validFrom: timestamp,
		validUntil: timestamp.nullable(),
		rates: rates.nullable(),
		tiers: z.array(tier),
		markUpBasisPoints: z.int().nullable(),
		source: z.string().nullable(),
		readOn: z.iso.date().nullable().meta({ description: 'Of the shipped list: when its source was read' }),
		createdBy: id.nullable(),
		createdAt: timestamp.nullable(),
		updatedAt: timestamp.nullable(),
	})
	.meta({ id: 'Price' });
export const PriceList = listOf(Price).meta({ id: 'PriceList' });

export const PricesQuery = PageQuery.extend({
	table: z.enum(priceTables).optional(),
	model: name(256)
		.optional()
		.meta({ description: 'Prices that this model could have', examples: ['gpt-4o-2024-08-06'] }),
	vendor: vendor.optional(),
	day: z.iso
		.date()
		.optional()
		.meta({ description: 'UTC: those that count at its end', examples: ['2026-01-31'] }),
});
export type PricesQuery = z.output<typeof PricesQuery>;
