import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Sealer } from './sealer.js';

const key = (kid: string) => ({ kid, value: randomBytes(32) });

describe('Sealer', () => {
	it('opens what it sealed, only in the same context', () => {
		const sealer = new Sealer([key('a')]);
		const sealed = sealer.seal('geheim ✓', 'org|row|column');
		expect(sealed).toMatch(/^a\.[\w-]+$/);
		expect(sealer.open(sealed, 'org|row|column')).toBe('geheim ✓');
		expect(() => sealer.open(sealed, 'org|other row|column')).toThrow('could not be decrypted');
	});
	it('opens old values after a rotation, also when the old key had no name', () => {
		const old = key('a');
		const sealed = new Sealer([old]).seal('x', 'c');
		expect(new Sealer([key('b'), old]).open(sealed, 'c')).toBe('x');
		expect(new Sealer([key('b'), { ...old, kid: 'renamed' }]).open(sealed, 'c')).toBe('x');
		expect(() => new Sealer([key('b')]).open(sealed, 'c')).toThrow('could not be decrypted');
	});
	it('refuses altered and truncated values', () => {
		const sealer = new Sealer([key('a')]);
		const sealed = sealer.seal('x', 'c');
		for (const bad of ['', 'a.', 'a.AAAA', `${sealed.slice(0, -2)}AA`, sealed.slice(0, -4)])
			expect(() => sealer.open(bad, 'c')).toThrow('could not be decrypted');
	});
});
