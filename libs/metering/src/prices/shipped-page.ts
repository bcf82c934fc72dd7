import { type ListedPrice, shippedPrices } from './price-list.js';
import { listedRecord, type PriceFilter, type PriceRecord } from './price-record.js';
import { isAboutModel } from './price-set.js';

const DAY_MS = 86_400_000;

/** At most `limit` prices of the shipped list after the one with the id `after`, in the list's order. */
export function shippedPage(filter: PriceFilter, after: string | undefined, limit: number): PriceRecord[] {
	if (filter.table !== undefined && filter.table !== 'shipped') return [];
	const start = after === undefined ? 0 : shippedPrices.findIndex(({ id }) => id === after) + 1;
	const fitting = shippedPrices.slice(start).filter((price) => isWanted(price, filter));
	return fitting.slice(0, limit).map(listedRecord);
}

function isWanted(price: ListedPrice, { model, vendor, day }: PriceFilter): boolean {
	if (vendor !== undefined && price.vendor !== vendor) return false;
	if (model !== undefined && !isAboutModel(price.model, model)) return false;
	return day === undefined || price === latest(price, Date.parse(day) + DAY_MS);
}

/** Of the prices in the same place the one that began last before a moment. */
const latest = ({ vendor, model }: ListedPrice, before: number): ListedPrice | undefined =>
	shippedPrices
		.filter((other) => other.vendor === vendor && other.model === model && other.validFrom < before)
		.toSorted((a, b) => b.validFrom - a.validFrom)[0];
