import { type ChargePolicy, compiledPrice, type Price, type PriceTier, raised, type Rates } from './price.js';

/** What a price is looked up by. */
export interface PricedModel {
	/** Whose price list counts for the provider: a vendor's name, or the provider's kind. */
	readonly vendor: string;
	readonly providerId: string;
	/** As the upstream names it. */
	readonly model: string;
}

/** A row of a price table. */
export interface PriceRow {
	/** Names the row for good. */
	readonly id: string;
	/** `null`: of any vendor. */
	readonly vendor: string | null;
	/** `null`: of any provider. */
	readonly providerId: string | null;
	/** As the upstream names it; a `*` at the end stands for anything. */
	readonly model: string;
	/** Milliseconds since 1970: from then on it counts … */
	readonly validFrom: number;
	/** … and from then on not any more; `null`: until another takes its place. */
	readonly validUntil: number | null;
	readonly says:
		| { readonly rates: Rates; readonly tiers: readonly PriceTier[] }
		/** Hundredths of a percent on top of the price that counts without this table. */
		| { readonly markUp: number };
}

/** One after the other takes over what the one before it does not say: an organization's, the installation's, the shipped list. */
export type PriceTables = readonly (readonly PriceRow[])[];

interface Span {
	readonly from: number;
	readonly price: Price | undefined;
}

const MODELS_MAX = 10_000;

/** What an organization pays, at any time. Nothing of it changes; it remembers what it was asked. */
export class PriceSet {
	/** By provider, then model. */
	private readonly known = new Map<string, Map<string, readonly Span[]>>();
	private size = 0;

	constructor(
		private readonly tables: PriceTables,
		readonly chargeInterrupted: ChargePolicy,
		/** Of what it was made from. */
		readonly revision: string,
	) {}

	/** The price of a call that was admitted at `atMs` (milliseconds since 1970): the same frozen object each time. */
	priceOf(what: PricedModel, atMs: number): Price | undefined {
		const spans = this.known.get(what.providerId)?.get(what.model) ?? this.remember(what);
		let at = spans.length - 1;
		while (at > 0 && (spans[at] as Span).from > atMs) at--;
		return spans[at]?.price;
	}

	private remember(what: PricedModel): readonly Span[] {
		if (this.size >= MODELS_MAX) {
			this.known.clear();
			this.size = 0;
		}
		const ofProvider = this.known.get(what.providerId) ?? new Map<string, readonly Span[]>();
		this.known.set(what.providerId, ofProvider);
		const spans = spansOf(this.tables, what);
		ofProvider.set(what.model, spans);
		this.size++;
		return spans;
	}
}

/** The price of each time between two changes, from the beginning of time on. */
function spansOf(tables: PriceTables, what: PricedModel): Span[] {
	const fitting = tables.map((rows) => rows.filter((row) => rankOf(row, what) > 0));
	const changes = fitting.flat().flatMap(({ validFrom, validUntil }) => [validFrom, validUntil ?? validFrom]);
	const moments = [Number.NEGATIVE_INFINITY, ...new Set(changes)].toSorted((a, b) => a - b);
	return moments.map((from) => ({ from, price: priceAt(fitting, what, from) }));
}

function priceAt(tables: PriceTables, what: PricedModel, atMs: number): Price | undefined {
	const [rows, ...others] = tables;
	if (rows === undefined) return undefined;
	const valid = rows.filter(
		({ validFrom, validUntil }) => validFrom <= atMs && (validUntil === null || atMs < validUntil),
	);
	const own = first(valid, what, ({ says }) => 'rates' in says);
	if (own !== undefined && 'rates' in own.says) return compiledPrice(own.id, own.says.rates, own.says.tiers);
	const below = priceAt(others, what, atMs);
	const markUp = first(valid, what, ({ says }) => 'markUp' in says);
	if (below === undefined || markUp === undefined || !('markUp' in markUp.says)) return below;
	return raised(below, markUp.says.markUp, markUp.id);
}

/** The row that says it most exactly; of equal ones the newest. */
function first(
	rows: readonly PriceRow[],
	what: PricedModel,
	isWanted: (row: PriceRow) => boolean,
): PriceRow | undefined {
	let best: PriceRow | undefined;
	for (const row of rows.filter(isWanted)) if (best === undefined || isBefore(row, best, what)) best = row;
	return best;
}

function isBefore(a: PriceRow, b: PriceRow, what: PricedModel): boolean {
	const difference = rankOf(a, what) - rankOf(b, what);
	if (difference !== 0) return difference > 0;
	return a.validFrom !== b.validFrom ? a.validFrom > b.validFrom : a.id > b.id;
}

const OF_PROVIDER = 1_000_000;
const OF_VENDOR = 100_000;
const EXACT = 10_000;
const UNDATED = 9_000;

/** 0: it is about something else. A row of the provider comes first, then of the vendor; exact names before patterns. */
function rankOf({ vendor, providerId, model }: PriceRow, what: PricedModel): number {
	if (vendor !== null && vendor !== what.vendor) return 0;
	if (providerId !== null && providerId !== what.providerId) return 0;
	const name = rankOfName(model, what.model);
	if (name === 0) return 0;
	return (providerId === null ? 0 : OF_PROVIDER) + (vendor === null ? 0 : OF_VENDOR) + name;
}

function rankOfName(pattern: string, model: string): number {
	if (pattern === model) return EXACT;
	if (pattern === undated(model)) return UNDATED;
	if (!pattern.endsWith('*') || !model.startsWith(pattern.slice(0, -1))) return 0;
	return Math.min(pattern.length, UNDATED - 1);
}

/** Whether a price for `pattern` could be that of a model. */
export const isAboutModel = (pattern: string, model: string): boolean => rankOfName(pattern, model) > 0;

/** Vendors name the releases of a model by its name with a date; they cost the same unless a row says otherwise. */
export const undated = (model: string): string => model.replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, '');
