import type { ConversationWriter } from './conversation-writer.js';
import { shownParts, speakerOf, titleOf } from './shown-parts.js';

/** The active branch as plain text. */
export const textWriter: ConversationWriter = {
	takes: 'branch',
	begin: ({ conversation }) => {
		const title = titleOf(conversation);
		const system = conversation.systemPrompt === null ? '' : `\nSystem:\n${conversation.systemPrompt}\n`;
		return `${title}\n${'='.repeat(Math.min(title.length, 80))}\n${system}`;
	},
	message: (message) => {
		const parts = shownParts(message).map(({ caption, text }) =>
			caption === undefined ? text : `[${caption}]\n${text}`,
		);
		return `\n${speakerOf(message)}:\n${parts.join('\n\n')}\n`;
	},
	end: () => '',
};
