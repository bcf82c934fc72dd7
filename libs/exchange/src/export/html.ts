import type { ConversationWriter } from './conversation-writer.js';
import { shownParts, speakerOf, titleOf, type ShownPart } from './shown-parts.js';

const entities: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? '');

const style = `:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}
section{border-top:1px solid #8886;padding:.5rem 0}
h2{font-size:.85rem;margin:.5rem 0;opacity:.7}
p,pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.5rem 0}
pre{font-size:.85rem;padding:.5rem;border:1px solid #8884;border-radius:.4rem}`;

const partOf = ({ caption, text }: ShownPart): string =>
	caption === undefined
		? `<p>${escaped(text)}</p>`
		: `<details><summary>${escaped(caption)}</summary><pre>${escaped(text)}</pre></details>`;
const section = (speaker: string, parts: string): string =>
	`<section>\n<h2>${escaped(speaker)}</h2>\n${parts}\n</section>\n`;

/** The active branch as one page that loads nothing and runs nothing, whatever was said in it. */
export const htmlWriter: ConversationWriter = {
	takes: 'branch',
	begin: ({ conversation }) => {
		const title = escaped(titleOf(conversation));
		const { systemPrompt } = conversation;
		return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
${style}
</style>
</head>
<body>
<h1>${title}</h1>
${systemPrompt === null ? '' : section('System', partOf({ caption: undefined, text: systemPrompt }))}`;
	},
	message: (message) => section(speakerOf(message), shownParts(message).map(partOf).join('\n')),
	end: () => '</body>\n</html>\n',
};
