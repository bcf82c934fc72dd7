import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { databaseQueryOf, readQuery } from './search-query.js';

const words = (text: string) => databaseQueryOf(readQuery(text), 'words')['words'];

describe('a query', () => {
	it('has words, phrases, excluded ones and operators', () => {
		expect(words('Big "red car" -blue foo-bar')).toBe(`('big') & ('red' <-> 'car') & !('blue') & ('foo' <-> 'bar')`);
		expect(
			readQuery('x role:user model:gpt-4o tag:"to do" folder:Work before:2026-02-01 after:2026-01-01T10:00:00Z'),
		).toEqual({
			terms: [{ text: 'x', isExcluded: false }],
			role: 'user',
			model: 'gpt-4o',
			tag: 'to do',
			folder: 'Work',
			before: new Date('2026-02-01T00:00:00Z'),
			after: new Date('2026-01-01T10:00:00Z'),
		});
		expect(readQuery('role:user').terms).toEqual([]);
	});

	it('takes what is no operator for text', () => {
		expect(words('https://a.example note:this')).toBe(`('https' <-> 'a' <-> 'example') & ('note' <-> 'this')`);
		expect(words('"never closed')).toBe(`('never' <-> 'closed')`);
		expect(words('-tag:x y')).toBe(`!('tag' <-> 'x') & ('y')`);
	});

	it.each([
		['', 'required'],
		['-only -these', 'required'],
		['…', 'required'],
		['role:boss', 'not_allowed'],
		['before:yesterday x', 'wrong_format'],
		['before:2026-99-99 x', 'wrong_format'],
		['tag: x', 'required'],
		['a '.repeat(21), 'too_many'],
	])('that cannot be understood is refused: %s', (text, code) => {
		expect(() => readQuery(text)).toThrow(expect.objectContaining({ details: [expect.objectContaining({ code })] }));
	});

	it('for parts of words has no wildcards, and needs three characters', () => {
		const asked = databaseQueryOf(readQuery(String.raw`100%_\ -no_t`), 'substring');
		expect(asked).toEqual({ patterns: [String.raw`%100\%\_\\%`], notPatterns: [String.raw`%no\_t%`] });
		expect(() => databaseQueryOf(readQuery('ab'), 'substring')).toThrow('three characters');
		expect(databaseQueryOf(readQuery('東京都'), 'substring')['patterns']).toEqual(['%東京都%']);
	});

	it('of any text is either refused or in the form that the database reads', () => {
		const term = String.raw`!?\('[^']+'(:\*)?( <-> '[^']+'(:\*)?)*\)`;
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (text) => {
				let read: unknown;
				try {
					read = words(text);
				} catch (error) {
					expect(error).toMatchObject({ fault: 'invalid' });
					return;
				}
				expect(read ?? `('x')`).toMatch(new RegExp(`^${term}( & ${term})*$`, 'u'));
			}),
		);
	});
});
