import { type RateClass, rateClasses, type Rates } from './price.js';

/** Rates as they are stored and said: integers as texts, since JSON numbers are too small, with the unit in each name. */
export type WrittenRates = { readonly [Class in RateClass as `${Class}NanoUsd`]?: string | undefined };

export interface WrittenTier {
	readonly aboveInputTokens: number;
	readonly rates: WrittenRates;
}

export const rateName = <Class extends RateClass>(name: Class): `${Class}NanoUsd` => `${name}NanoUsd`;

/** In the order of the classes; those without a rate are left out. */
export function writtenRates(rates: Rates): WrittenRates {
	const given = rateClasses.filter((name) => rates[name] !== undefined);
	return Object.fromEntries(given.map((name) => [rateName(name), String(rates[name])]));
}

export function ratesOf(written: WrittenRates): Rates {
	const given = rateClasses.filter((name) => written[rateName(name)] !== undefined);
	return Object.freeze(Object.fromEntries(given.map((name) => [name, BigInt(written[rateName(name)] as string)])));
}
