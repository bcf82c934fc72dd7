import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { snippetOf } from './snippet.js';

const shown = (text: string, ...terms: string[]) => {
	const { text: piece, highlights } = snippetOf(text, terms);
	return highlights.map(([start, end]) => piece.slice(start, end));
};

it('shows the hits as they are written', () => {
	expect(shown('Un CAFÉ, deux cafe\u0301s', 'cafe')).toEqual(['CAFÉ', 'cafe\u0301']);
	expect(shown('a ﬁne day', 'fin')).toEqual(['ﬁn']);
	expect(shown('東京都に住む', '京都')).toEqual(['京都']);
	expect(shown('abcabc', 'abc', 'bca')).toEqual(['abcabc']);
});

it('is the piece around the first hit, also deep in a long text', () => {
	const { text, highlights } = snippetOf(`${'😀'.repeat(20_001)} needle ${'x'.repeat(9_000)}`, ['needle']);
	expect(text).toContain('needle');
	expect(text.length).toBeLessThanOrEqual(321);
	expect(text.isWellFormed()).toBe(true);
	expect(highlights).toHaveLength(1);
	expect(snippetOf('nothing here', ['absent'])).toEqual({ text: 'nothing here', highlights: [] });
});

it('has highlights that lie in the text, in order and apart', () => {
	fc.assert(
		fc.property(
			fc.string({ unit: 'grapheme' }),
			fc.array(fc.string({ maxLength: 3 }), { maxLength: 4 }),
			(text, terms) => {
				const { text: piece, highlights } = snippetOf(text, terms);
				expect(text).toContain(piece);
				let end = -1;
				for (const [from, to] of highlights) {
					expect(from).toBeGreaterThan(end);
					expect(to).toBeGreaterThanOrEqual(from);
					expect(to).toBeLessThanOrEqual(piece.length);
					end = to;
				}
			},
		),
	);
});
