import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fitsGlob } from './globs.js';

it.each([
	['*', '', true],
	['*', 'meta/llama-3:8b', true],
	['gpt-4*', 'gpt-4o', true],
	['gpt-4*', 'gpt-3.5', false],
	['*:8b', 'llama3:8b', true],
	['llama?', 'llama3', true],
	['llama?', 'llama', false],
	['a*b*c', 'aXbYbZc', true],
	['a*b*c', 'aXbYbZ', false],
	['', '', true],
	['', 'a', false],
	['gpt.4', 'gpt-4', false],
	['[a-z]', 'b', false],
])('%j against %j: %s', (pattern, name, fits) => {
	expect(fitsGlob(pattern, name)).toBe(fits);
});

it('agrees with regular expressions', () => {
	const signs = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
	const names = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
	fc.assert(
		fc.property(signs, names, (pattern, name) => {
			const expected = new RegExp(`^${pattern.replaceAll('?', '.').replaceAll('*', '.*')}$`).test(name);
			expect(fitsGlob(pattern, name)).toBe(expected);
		}),
		{ numRuns: 3_000 },
	);
});

it('is quick for patterns that are slow elsewhere', () => {
	const started = performance.now();
	for (let n = 0; n < 100; n++) expect(fitsGlob(`${'*a'.repeat(60)}b`, 'a'.repeat(256))).toBe(false);
	expect(performance.now() - started).toBeLessThan(2_000);
});
