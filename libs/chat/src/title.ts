const MAX_TITLE = 80;
const MAX_WORDS = 8;
const MAX_ANSWER = 1_000;

/** A title out of what somebody asked: the beginning of its first line that says something, cut between words. */
export function heuristicTitle(text: string): string {
	const line =
		text
			.slice(0, MAX_ANSWER)
			.split(/\r\n|[\n\r\u2028\u2029]/)
			.map(plain)
			.find((candidate) => candidate !== '') ?? '';
	const words = line.split(' ');
	const short = words.slice(0, MAX_WORDS).join(' ');
	const title = cut(short);
	return title.length < line.length && title !== '' ? `${without(title, ' ,;:.…-', 'end')}…` : title;
}

/** What a model made of the wish for a title, or nothing where it did not understand it. */
export function generatedTitle(answer: string): string | undefined {
	const first = plain(
		answer
			.trimStart()
			.slice(0, MAX_ANSWER)
			.split(/[\r\n]/)[0] ?? '',
	);
	const said = first.toLowerCase().startsWith('title:') ? first.slice('title:'.length) : first;
	const bare = without(said, ` "'“”«„».`, 'both');
	return bare === '' || bare.length > MAX_TITLE ? undefined : bare;
}

/** Without marks of formatting and superfluous space. */
const plain = (text: string): string =>
	text
		.replace(/^[\s#>*\-+`~]+/u, '')
		.replace(/[*_`~]+/gu, '')
		.replace(/\s+/gu, ' ')
		.trim();

function without(text: string, marks: string, where: 'end' | 'both'): string {
	let start = 0;
	let end = text.length;
	while (end > 0 && marks.includes(text.charAt(end - 1))) end--;
	if (where === 'both') while (start < end && marks.includes(text.charAt(start))) start++;
	return text.slice(start, end);
}

/** At most so many characters, none of them cut in two. */
const cut = (text: string): string =>
	text.length <= MAX_TITLE
		? text
		: text
				.slice(0, MAX_TITLE - 1)
				.toWellFormed()
				.replace(/\uFFFD$/, '');
