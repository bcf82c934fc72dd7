/** The same numbers on every run. */
export function seeded(seed) {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	};
}

const SIZE = 20_000;
const split = (text) => text.split(' ');
const languages = [
	[
		'en',
		split('the of and to in is that for it with as on be at by this'),
		split('tion er con pre ment ing ly over un able str ight ough ex form al play der for mis light work man ship'),
	],
	[
		'de',
		split('der die und in den von zu das mit sich des auf für ist im dem'),
		split(
			'ver ge be schaft heit ung keit lich aus ein auf haus fahrt zeit wort stück über straße mög größ kund wirt schul buch',
		),
	],
	[
		'ru',
		split('и в не на что я быть с он а как это по но из у'),
		split('пере при ство ость ение ова ница тель рас под за вы про дом вода город слово время раз вед ход каз'),
	],
];
const han = Array.from(
	'的一是不了人在有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长',
);

const random = seeded(42);
const pick = (list) => list[Math.floor(random() * list.length)];

function invented(syllables, common) {
	const words = new Set(common);
	while (words.size < SIZE)
		words.add(Array.from({ length: 2 + Math.floor(random() * 3) }, () => pick(syllables)).join(''));
	return [...words];
}
function inventedHan() {
	const words = new Set(han.slice(0, 40));
	const more = Array.from({ length: 2_000 }, (_, at) => String.fromCodePoint(0x4e00 + at * 9));
	while (words.size < SIZE) words.add(pick(han) + pick(more) + (random() < 0.3 ? pick(more) : ''));
	return [...words];
}

/** Words of each language, the commonest first. */
export const vocabularies = [
	...languages.map(([name, common, syllables]) => ({ name, words: invented(syllables, common), isSpaced: true })),
	{ name: 'zh', words: inventedHan(), isSpaced: false },
];

/** Makes ranks: the n-th is about n times rarer than the first. */
export const zipf = (next) => Math.floor(SIZE ** next()) - 1;
