import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LocalWindow } from './local-window.js';

const SLOTS = 129;
const moves = fc.array(fc.record({ after: fc.nat({ max: 200 }), amount: fc.nat({ max: 9 }) }), { maxLength: 80 });

describe('a window in this process', () => {
	it('counts what came in the last steps', () => {
		fc.assert(
			fc.property(moves, fc.nat({ max: 40 }), (all, most) => {
				const window = new LocalWindow();
				const taken: { step: number; amount: number }[] = [];
				const counted = (at: number) =>
					taken.filter(({ step }) => step > at - SLOTS).reduce((sum, { amount }) => sum + amount, 0);
				let step = 1_000;
				for (const { after, amount } of all) {
					step += after;
					expect(window.usedAt(step)).toBe(counted(step));
					window.add(step, amount);
					taken.push({ step, amount });
					let free = step;
					while (counted(free) > most) free++;
					expect(window.freeAt(most)).toBe(free);
				}
			}),
		);
	});

	it('takes back what was not used, unless that is too long ago', () => {
		const window = new LocalWindow();
		window.usedAt(5);
		window.add(5, 100);
		window.add(5, -90);
		expect(window.usedAt(133)).toBe(10);
		expect(window.usedAt(134)).toBe(0);
		window.add(5, -10);
		expect(window.usedAt(134)).toBe(0);
	});
});
