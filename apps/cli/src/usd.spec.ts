import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nanoUsdOf, usdOf } from './usd.js';

it.each([
	['25', '25000000000'],
	['0.05', '50000000'],
	['0.000000001', '1'],
	['1000000000', '1000000000000000000'],
	['1000000000.000000001', undefined],
	['0.0000000001', undefined],
	['-1', undefined],
	['1e3', undefined],
	['', undefined],
])('%j dollars are %j billionths', (text, nano) => {
	expect(nanoUsdOf(text)).toBe(nano);
});

it('every amount is written so that it is read as the same again', () => {
	fc.assert(
		fc.property(fc.bigInt(0n, 10n ** 18n), (nano) => {
			expect(nanoUsdOf(usdOf(String(nano)))).toBe(String(nano));
		}),
	);
	expect([usdOf('1'), usdOf('25000000000'), usdOf('-50000000')]).toEqual(['0.000000001', '25.00', '-0.05']);
});
