import { folded } from './words.js';

/** A piece of a text and where in it the hits are, in UTF-16 units: `[start, end)`. */
export interface Snippet {
	readonly text: string;
	readonly highlights: readonly (readonly [start: number, end: number])[];
}

const BEFORE = 80;
const LENGTH = 320;
const CHUNK = 4_000;

/** The piece around the first hit; where there is none in the text (a hit across lines, say), its beginning. */
export function snippetOf(text: string, terms: readonly string[]): Snippet {
	const first = firstHit(text, terms);
	const start = wholeCharacter(text, Math.max(0, first - BEFORE));
	const end = wholeCharacter(text, Math.min(text.length, start + LENGTH));
	const piece = text.slice(start, end);
	return { text: piece, highlights: merged(hitsIn(piece, terms)) };
}

/** Piece by piece, so that a long text without a hit near its beginning does not hold the process. */
function firstHit(text: string, terms: readonly string[]): number {
	for (let start = 0; start < Math.min(text.length, 25 * CHUNK); start += CHUNK) {
		const hits = hitsIn(text.slice(start, start + CHUNK + LENGTH), terms);
		if (hits.length > 0) return start + Math.min(...hits.map(([at]) => at));
	}
	return 0;
}

const wholeCharacter = (text: string, at: number): number => (/[\uDC00-\uDFFF]/.test(text[at] ?? '') ? at - 1 : at);

function hitsIn(text: string, terms: readonly string[]): [number, number][] {
	const { plain, origins } = foldedWithOrigins(text);
	return terms.flatMap((term) => {
		const hits: [number, number][] = [];
		for (let at = plain.indexOf(term); at >= 0 && term !== ''; at = plain.indexOf(term, at + term.length))
			hits.push([origins[at] ?? 0, origins[at + term.length] ?? text.length]);
		return hits;
	});
}

/** The folded text and, for each of its units and its end, where it comes from. */
function foldedWithOrigins(text: string): { readonly plain: string; readonly origins: readonly number[] } {
	let [plain, at] = ['', 0];
	const origins: number[] = [];
	for (const character of text) {
		const part = folded(character);
		for (let unit = 0; unit < part.length; unit++) origins.push(at);
		plain += part;
		at += character.length;
	}
	origins.push(at);
	return { plain, origins };
}

function merged(hits: readonly [number, number][]): [number, number][] {
	const result: [number, number][] = [];
	for (const [start, end] of hits.toSorted((a, b) => a[0] - b[0])) {
		const last = result.at(-1);
		if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
		else result.push([start, end]);
	}
	return result;
}
