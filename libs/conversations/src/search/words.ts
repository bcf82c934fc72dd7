/** Characters of a text that can be found; what comes after them cannot. */
export const SEARCHED_CHARACTERS = 100_000;
const WORD_CHARACTERS = 100;

const accents = /[\u0300-\u036f]/g;
/** Scripts that are written without spaces: two characters at a time are a word. */
const unspaced = String.raw`[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]`;
const letter = String.raw`[\p{L}\p{M}\p{N}_]`;
const runs = new RegExp(`((?:(?=${letter})${unspaced})+)|(?:(?!${unspaced})${letter})+`, 'gu');

/** Upper case, accents and forms of the same letter make no difference. */
export const folded = (text: string): string =>
	text.normalize('NFKD').replaceAll(accents, '').normalize('NFC').toLowerCase();

interface Word {
	readonly text: string;
	/** One character of a script without spaces: `single` if it stands alone, `tail` if it ends a run, of which the pairs came before. */
	readonly half?: 'single' | 'tail';
}

/** The words of a folded text, in order. A run of a script without spaces gives its pairs, and its last character. */
export function* wordsOf(text: string): Generator<Word> {
	for (const [word, run] of text.matchAll(runs)) {
		if (run === undefined) {
			yield { text: word.slice(0, WORD_CHARACTERS).toWellFormed() };
			continue;
		}
		const characters = Array.from(run);
		for (const [at, character] of characters.entries()) {
			const next = characters[at + 1];
			if (next !== undefined) yield { text: character + next };
			else yield { text: character, half: at === 0 ? 'single' : 'tail' };
		}
	}
}

/** The words of a folded text with their places, as PostgreSQL reads a `tsvector`. */
export function vectorOf(text: string): string {
	const places = new Map<string, number[]>();
	let at = 0;
	for (const { text: word } of wordsOf(text)) {
		at++;
		const before = places.get(word);
		if (before === undefined) places.set(word, [at]);
		else if (before.length < 200) before.push(at);
	}
	return [...places].map(([word, list]) => `'${word}':${list.join(',')}`).join(' ');
}

/** What a `tsvector` must have so that the text is in it, its words one after the other; `undefined`: there is no word. */
export function phraseOf(text: string): string | undefined {
	const words = [...wordsOf(text)];
	if (words.at(-1)?.half === 'tail') words.pop(); // the last pair says it
	const terms = words.map(({ text: word, half }) => (half === undefined ? `'${word}'` : `'${word}':*`));
	return terms.length === 0 ? undefined : terms.join(' <-> ');
}
