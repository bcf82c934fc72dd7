import { AppError } from '#libs/kernel';
import type { PriceChange, PriceInput } from './price-record.js';
import type { WrittenRates } from './written-rates.js';

type Terms = Pick<PriceInput, 'rates' | 'tiers' | 'markUpBasisPoints' | 'validFrom' | 'validUntil'>;

/** What a price has to be, however it was written. @throws AppError invalid, naming the field */
export function demandPrice({ rates, tiers, markUpBasisPoints, validFrom, validUntil }: Terms): void {
	if ((rates === null) === (markUpBasisPoints === null))
		throw wrong('rates', 'invalid', 'either rates or markUpBasisPoints is needed, and not both');
	if (rates !== null && isEmpty(rates)) throw wrong('rates', 'too_small', 'needs one rate at least');
	if (rates === null && tiers.length > 0) throw wrong('tiers', 'invalid', 'are for rates, not for a mark-up');
	if (validUntil !== null && validUntil <= validFrom)
		throw wrong('validUntil', 'not_after_from', 'must be later than validFrom');
	for (const [at, tier] of tiers.entries()) {
		if (isEmpty(tier.rates)) throw wrong(`tiers.${at}.rates`, 'too_small', 'needs one rate at least');
		if (at > 0 && tier.aboveInputTokens <= (tiers[at - 1]?.aboveInputTokens ?? 0))
			throw wrong(`tiers.${at}.aboveInputTokens`, 'invalid', 'must be more than that of the tier before');
	}
}

/** @throws AppError invalid when it would not be a price any more, or of the other kind. */
export function demandChange(before: Terms, change: PriceChange): void {
	if (before.rates === null && change.rates != null)
		throw wrong('rates', 'invalid', 'are not for a mark-up: make a price');
	if (before.rates !== null && change.markUpBasisPoints != null)
		throw wrong('markUpBasisPoints', 'invalid', 'is not for a price: make a mark-up');
	const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
	demandPrice({ ...before, ...given });
}

/** What makes a price say what another one says; `undefined`: it does. */
export function changeTo(there: PriceInput, wanted: PriceInput): PriceChange | undefined {
	const fields = ['validUntil', 'rates', 'tiers', 'markUpBasisPoints', 'source'] as const;
	const other = fields.filter((field) => written(there[field]) !== written(wanted[field]));
	return other.length === 0 ? undefined : Object.fromEntries(other.map((field) => [field, wanted[field]]));
}

const isEmpty = (rates: WrittenRates): boolean => Object.values(rates).every((rate) => rate === undefined);

/** PostgreSQL keeps the names of an object in an order of its own. */
const written = (value: unknown): string =>
	JSON.stringify(value, (_, part: unknown) =>
		typeof part === 'object' && part !== null && !Array.isArray(part)
			? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
			: part,
	);

const wrong = (field: string, code: string, message: string): AppError =>
	new AppError('invalid', 'validation_failed', 'The price is not valid', { details: [{ field, code, message }] });
