import type { MailContent } from './mail.js';
import type { Letter } from './templates.js';

const entities: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');

/** One line: others choose names of organizations and user agents, and a header must not end early. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, ' ').trim();

/**
 * A letter as text and as HTML that loads nothing. With `page` the code stands in the fragment of a link, which no server
 * and no Referer ever sees; without it the letter names the route that takes the code.
 */
export function layOut({ subject, paragraphs, action }: Letter, page: string | undefined): MailContent {
	const lines = paragraphs.map(oneLine);
	const link = action && page !== undefined ? `${page}#${action.name}=${action.code}` : undefined;
	const text = [...lines, ...(action ? [instruction(action, link)] : []), '-- \nParallama'].join('\n\n');
	const html = [
		...lines.map((line) => `<p>${escaped(line)}</p>`),
		...(action ? [htmlInstruction(action, link)] : []),
		'<p>Parallama</p>',
	].join('\n');
	return { subject: oneLine(subject), text, html: `<!doctype html><html><body>\n${html}\n</body></html>` };
}

type Action = NonNullable<Letter['action']>;

const instruction = ({ label, code, route }: Action, link: string | undefined): string =>
	link === undefined ? `${label}: send this code to ${route}:\n\n${code}` : `${label}:\n\n${link}`;

const htmlInstruction = ({ label, code, route }: Action, link: string | undefined): string =>
	link === undefined
		? `<p>${escaped(label)}: send this code to ${escaped(route)}:</p>\n<p><code>${escaped(code)}</code></p>`
		: `<p><a href="${escaped(link)}">${escaped(label)}</a></p>`;
