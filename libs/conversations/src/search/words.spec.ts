import { describe, expect, it } from '@jest/globals';
import { folded, phraseOf, vectorOf, wordsOf } from './words.js';

const words = (text: string) => [...wordsOf(folded(text))].map((word) => word.text);

describe('words', () => {
	it('are folded: case, accents and forms of a letter make no difference', () => {
		expect(words('Café ÉCOLE Straße ﬁn Привет')).toEqual(['cafe', 'ecole', 'straße', 'fin', 'привет']);
		expect(words("it's snake_case, https://a.b/c?d=1 and 3.14")).toEqual([
			'it',
			's',
			'snake_case',
			'https',
			'a',
			'b',
			'c',
			'd',
			'1',
			'and',
			'3',
			'14',
		]);
	});

	it('of scripts without spaces are pairs of characters, and the last one', () => {
		expect(words('iPhone手机好。东')).toEqual(['iphone', '手机', '机好', '好', '东']);
		expect(words('ラーメン 한국어')).toEqual(['ラー', 'ーメ', 'メン', 'ン', '한국', '국어', '어']);
		expect(words('𠮷野家')).toEqual(['𠮷野', '野家', '家']);
	});

	it('have places in a vector; a phrase is their sequence', () => {
		expect(vectorOf('a b a')).toBe(`'a':1,3 'b':2`);
		expect(phraseOf('foo-bar')).toBe(`'foo' <-> 'bar'`);
		expect(phraseOf('東京都')).toBe(`'東京' <-> '京都'`);
		expect(phraseOf('東京 x')).toBe(`'東京' <-> '京':* <-> 'x'`);
		expect(phraseOf('東')).toBe(`'東':*`);
		expect(phraseOf('…!')).toBeUndefined();
	});

	it('of any length or none make something that PostgreSQL can read', () => {
		expect(words('x'.repeat(500))[0]).toHaveLength(100);
		expect(vectorOf("' \\ ' :: & | !")).toBe('');
		const many = vectorOf('a '.repeat(1_000));
		expect(many.split(',')).toHaveLength(200);
	});
});
