import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { generateKey, KEY_LENGTH, parseKey } from './key-format.js';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

it('makes keys that it accepts, of one shape', () => {
	for (let n = 0; n < 500; n++) {
		const { credential, keyId, secret } = generateKey();
		expect(credential).toMatch(/^pl_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/);
		expect(credential).toHaveLength(KEY_LENGTH);
		expect(parseKey(credential)).toEqual({ keyId, secret });
	}
});

it('never makes the same key twice', () => {
	expect(new Set(Array.from({ length: 2_000 }, () => generateKey().keyId)).size).toBe(2_000);
});

it('has a fixed checksum', () => {
	expect(parseKey(`pl_${'0'.repeat(12)}_${'0'.repeat(32)}0pswhd`)).toEqual({
		keyId: '0'.repeat(12),
		secret: '0'.repeat(32),
	});
});

it('refuses any single changed character', () => {
	fc.assert(
		fc.property(
			fc.nat(KEY_LENGTH - 1),
			fc.oneof(
				fc.constantFrom(...alphabet.split(''), '_', '-'),
				fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
			),
			(at, character) => {
				const { credential } = generateKey();
				fc.pre(credential[at] !== character);
				expect(parseKey(credential.slice(0, at) + character + credential.slice(at + 1))).toBeUndefined();
			},
		),
		{ numRuns: 2_000 },
	);
});

it('refuses truncation, extension and swapped neighbours', () => {
	fc.assert(
		fc.property(fc.nat(KEY_LENGTH - 2), (at) => {
			const { credential } = generateKey();
			expect(parseKey(credential.slice(0, at))).toBeUndefined();
			expect(parseKey(credential + alphabet[at])).toBeUndefined();
			const swapped = credential.slice(0, at) + credential[at + 1] + credential[at] + credential.slice(at + 2);
			fc.pre(swapped !== credential);
			expect(parseKey(swapped)).toBeUndefined();
		}),
	);
});

it.each(['', 'pl_', `pl_${"' OR 1=1;--".padEnd(51, '\0')}`, 'x'.repeat(10_000), '\uD800'.repeat(KEY_LENGTH)])(
	'refuses rubbish %#',
	(text) => {
		expect(parseKey(text)).toBeUndefined();
	},
);
