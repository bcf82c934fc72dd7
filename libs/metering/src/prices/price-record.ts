import type { ListedPrice } from './price-list.js';
import type { WrittenRates, WrittenTier } from './written-rates.js';
import { writtenRates } from './written-rates.js';

/** Where a price is said: by the organization, by the installation for all, or by the shipped list. */
export const priceTables = ['own', 'installation', 'shipped'] as const;
export type PriceTable = (typeof priceTables)[number];

/** Which calls a price is about. */
export interface PricePlace {
	/** `null`: of any vendor. */
	readonly vendor: string | null;
	/** `null`: of any provider. */
	readonly providerId: string | null;
	/** As the upstream names it; a `*` at the end stands for anything. */
	readonly model: string;
}

/** Either rates or a mark-up. */
export interface PriceInput extends PricePlace {
	readonly validFrom: Date;
	readonly validUntil: Date | null;
	readonly rates: WrittenRates | null;
	readonly tiers: readonly WrittenTier[];
	/** Hundredths of a percent on top of what is charged without it. */
	readonly markUpBasisPoints: number | null;
	/** Where it was read, or agreed. */
	readonly source: string | null;
}

/** What can be changed; which calls it is about and from when on, stays. */
export type PriceChange = {
	readonly [Field in 'validUntil' | 'rates' | 'tiers' | 'markUpBasisPoints' | 'source']?: PriceInput[Field] | undefined;
};

/** A price as people see it. */
export interface PriceRecord extends PriceInput {
	readonly id: string;
	readonly table: PriceTable;
	/** `YYYY-MM-DD`, of the shipped list: when the source was read. */
	readonly readOn: string | null;
	readonly createdBy: string | null;
	/** `null`: it came with this release. */
	readonly createdAt: Date | null;
	readonly updatedAt: Date | null;
}

export interface PriceFilter {
	readonly table?: PriceTable | undefined;
	/** Prices that this model could have: by its name, its name without a date, or a pattern. */
	readonly model?: string | undefined;
	readonly vendor?: string | undefined;
	/** `YYYY-MM-DD`: those that count at the end of this UTC day, without the ones that newer ones took the place of. */
	readonly day?: string | undefined;
}

/** What the ledger calls it: another one after each change of what is charged. */
export const versionOf = (id: string, revision: number): string => (revision === 1 ? id : `${id}.${revision}`);

export function listedRecord({ id, vendor, model, validFrom, says, source, readOn }: ListedPrice): PriceRecord {
	const { rates, tiers } = 'rates' in says ? says : { rates: {}, tiers: [] };
	return {
		id,
		table: 'shipped',
		vendor,
		providerId: null,
		model,
		validFrom: new Date(validFrom),
		validUntil: null,
		rates: writtenRates(rates),
		tiers: tiers.map((tier) => ({ ...tier, rates: writtenRates(tier.rates) })),
		markUpBasisPoints: null,
		source,
		readOn,
		createdBy: null,
		createdAt: null,
		updatedAt: null,
	};
}
