import DOMPurify from './dompurify.js';
import { marked } from './marked.js';

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

// tags in what somebody said are part of what was said
marked.use({
	gfm: true,
	breaks: true,
	renderer: { html: ({ text }) => text.replaceAll(/[&<>]/g, (sign) => entities[sign]) },
});

/** Pictures and styles would ask other hosts, or dress the page up: what a model says may do neither. */
const allowed = {
	ALLOWED_TAGS:
		'a b blockquote br code del em h1 h2 h3 h4 h5 h6 hr i li ol p pre s strong sub sup table tbody td th thead tr ul'.split(
			' ',
		),
	ALLOWED_ATTR: ['href', 'title', 'align', 'start'],
};

/** Markdown as safe elements. */
export function wordsOf(text) {
	const clean = DOMPurify.sanitize(marked.parse(text), {
		...allowed,
		RETURN_DOM_FRAGMENT: true,
	});
	for (const link of clean.querySelectorAll('a')) {
		link.rel = 'noopener noreferrer';
		link.target = '_blank';
	}
	return clean;
}

export const textOf = (content) =>
	content.flatMap((part) => (part.type === 'text' || part.type === 'refusal' ? [part.text] : [])).join('\n\n');

export const thoughtsOf = (content) =>
	content.flatMap((part) => (part.type === 'reasoning' ? [part.text] : [])).join('\n\n');
