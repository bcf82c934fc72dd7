import { expect, it } from '@jest/globals';
import { addressesOf, isAddressRange } from './address-ranges.js';

it.each(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::1', '::ffff:10.0.0.0/104', '0.0.0.0/0'])(
	'%s is a range',
	(text) => {
		expect(isAddressRange(text)).toBe(true);
	},
);
it.each([
	'',
	'10.0.0.0/33',
	'10.1',
	'0x7f.0.0.1',
	'300.1.1.1',
	'localhost',
	'10.0.0.0/8/8',
	'*',
	'2001:db8::/129',
	'1',
])('%j is none', (text) => {
	expect(isAddressRange(text)).toBe(false);
});

it('takes an address that is in one range of every list', () => {
	expect(addressesOf([null, null])).toBeUndefined();
	const ranges = addressesOf([['10.0.0.0/8', '2001:db8::/32'], null, ['10.1.0.0/16', '2001:db8:1::/48']]);
	const seen = (ip: string | undefined) => ranges?.contains(ip);
	expect(['10.1.2.3', '::ffff:10.1.2.3', '2001:db8:1::5'].map(seen)).toEqual([true, true, true]);
	expect(['10.2.2.3', '11.1.2.3', '2001:db8:2::5', '::1', 'nonsense', '', undefined].map(seen)).toEqual(
		Array.from({ length: 7 }, () => false),
	);
	expect(addressesOf([[]])?.contains('10.1.2.3')).toBe(false);
});
