import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Listed, Roster } from './roster.js';

it('holds what a Set would hold', () => {
	const items: readonly Listed[] = Array.from({ length: 8 }, () => ({ place: -1 }));
	fc.assert(
		fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(7))), (steps) => {
			const roster = new Roster<Listed>();
			const set = new Set<Listed>();
			for (const [isAdded, at] of steps) {
				const item = items[at] as Listed;
				if (isAdded) roster.add(item);
				else roster.remove(item);
				if (isAdded) set.add(item);
				else set.delete(item);
				expect(roster.size).toBe(set.size);
			}
			expect(new Set(roster)).toEqual(set);
			for (const item of roster) roster.remove(item);
			expect(roster.size).toBe(0);
			expect(items.every(({ place }) => place === -1)).toBe(true);
		}),
	);
});

it('does not let one roster take what stands on another', () => {
	const [mine, yours] = [new Roster<Listed>(), new Roster<Listed>()];
	const [a, b] = [{ place: -1 }, { place: -1 }];
	mine.add(a);
	yours.add(b);
	yours.remove(a);
	expect([mine.size, yours.size]).toEqual([1, 1]);
});
