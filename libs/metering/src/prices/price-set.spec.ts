import { describe, expect, it } from '@jest/globals';
import { shippedPrices } from './price-list.js';
import { type PriceRow, PriceSet } from './price-set.js';

const row = (id: string, input: bigint, more: Partial<PriceRow> = {}): PriceRow => ({
	id,
	vendor: null,
	providerId: null,
	model: 'm',
	validFrom: 0,
	validUntil: null,
	says: { rates: { input, output: 0n }, tiers: [] },
	...more,
});
const markUp = (id: string, points: number, more: Partial<PriceRow> = {}): PriceRow => ({
	...row(id, 0n, more),
	says: { markUp: points },
});
const what = { vendor: 'v', providerId: 'p', model: 'm' };
const versionOf = (tables: PriceRow[][], at = 10): string | undefined =>
	new PriceSet(tables, 'delivered', '').priceOf(what, at)?.version;

describe('which price counts', () => {
	it.each<[string, PriceRow[][], string | undefined]>([
		['the own before the installation and the list', [[row('a', 1n)], [row('b', 1n)], [row('c', 1n)]], 'a'],
		['the installation before the list', [[], [row('b', 1n)], [row('c', 1n)]], 'b'],
		['of a provider before of a vendor', [[row('a', 1n, { vendor: 'v' }), row('b', 1n, { providerId: 'p' })]], 'b'],
		['of a vendor before of all', [[row('a', 1n), row('b', 1n, { vendor: 'v' })]], 'b'],
		['an exact name before a pattern', [[row('a', 1n, { model: 'm*' }), row('b', 1n)]], 'b'],
		['none of another provider', [[row('a', 1n, { providerId: 'q' })]], undefined],
		['none of another model', [[row('a', 1n, { model: 'n*' })]], undefined],
		[
			'the newest that has begun',
			[[row('a', 1n), row('b', 1n, { validFrom: 10 }), row('c', 1n, { validFrom: 11 })]],
			'b',
		],
		['none that has ended', [[row('a', 1n, { validUntil: 10 })]], undefined],
		[
			'the general one once the special one has ended',
			[[row('a', 1n), row('b', 1n, { providerId: 'p', validUntil: 10 })]],
			'a',
		],
		['a mark-up of what is below', [[markUp('a', 100)], [row('b', 1n)]], 'b+a'],
		['mark-ups of mark-ups', [[markUp('a', 100)], [markUp('b', 100)], [row('c', 1n)]], 'c+b+a'],
		['no mark-up of an own price', [[markUp('a', 100), row('b', 1n)], []], 'b'],
		['no mark-up of nothing', [[markUp('a', 100)], [], []], undefined],
	])('%s', (_, tables, version) => {
		expect(versionOf(tables)).toBe(version);
	});

	it('is the same object each time, and another after a change', () => {
		const set = new PriceSet([[row('a', 1n), row('b', 2n, { validFrom: 10 })]], 'delivered', '');
		expect(set.priceOf(what, 9)).toBe(set.priceOf(what, 0));
		expect([set.priceOf(what, 9)?.version, set.priceOf(what, 10)?.version]).toEqual(['a', 'b']);
		expect(Object.isFrozen(set.priceOf(what, 10)?.rates)).toBe(true);
	});

	it('raises every rate, rounded up', () => {
		const set = new PriceSet([[markUp('a', 1)], [row('b', 1n)]], 'delivered', '');
		expect(set.priceOf(what, 0)?.rates).toMatchObject({ input: 2n, cacheRead: 2n, output: 0n });
	});
});

describe('the shipped list', () => {
	it('names each price once, with its source and a day on which it was read', () => {
		const ids = shippedPrices.map(({ id }) => id);
		expect(new Set(ids).size).toBe(ids.length);
		for (const { source, readOn, validFrom } of shippedPrices) {
			expect(source).toMatch(/^https:\/\/|^built in$/);
			expect(Date.parse(readOn)).toBeGreaterThanOrEqual(validFrom);
		}
	});
});
