import type { ConversationWriter } from './conversation-writer.js';
import { shownParts, speakerOf, titleOf, type ShownPart } from './shown-parts.js';

/** A fence that nothing within can close. */
function fenced(text: string): string {
	const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
	const fence = '`'.repeat(longest + 1);
	return `${fence}\n${text}\n${fence}`;
}

const partOf = ({ caption, text }: ShownPart): string =>
	caption === undefined ? text : `*${caption}*\n\n${fenced(text)}`;

const escaped = (line: string): string => line.replaceAll(/[\\`*_[\]<>#]/g, String.raw`\$&`);

/** The active branch as a transcript. What was said is Markdown already and stays as it is. */
export const markdownWriter: ConversationWriter = {
	takes: 'branch',
	begin: ({ conversation }) => {
		const { systemPrompt } = conversation;
		const head = `# ${escaped(titleOf(conversation))}\n`;
		return systemPrompt === null ? head : `${head}\n## System\n\n${systemPrompt}\n`;
	},
	message: (message) => `\n## ${escaped(speakerOf(message))}\n\n${shownParts(message).map(partOf).join('\n\n')}\n`,
	end: () => '',
};
