import { OWN_FORMAT, OWN_VERSION } from '../own-conversation.js';
import type { ConversationWriter, Subject } from './conversation-writer.js';

function begin({ conversation }: Subject): string {
	const head = JSON.stringify({ format: OWN_FORMAT, version: OWN_VERSION, conversation });
	return `${head.slice(0, -1)},"messages":[`;
}

/** Own JSON: everything, so that an import makes the same conversation again. A message is a line. */
export const jsonWriter: ConversationWriter = {
	takes: 'tree',
	begin,
	message: (message, n) => `${n === 0 ? '\n' : ',\n'}${JSON.stringify(message)}`,
	end: () => '\n]}\n',
};

/** Own JSON as one line. */
export const jsonLineWriter: ConversationWriter = {
	takes: 'tree',
	begin,
	message: (message, n) => `${n === 0 ? '' : ','}${JSON.stringify(message)}`,
	end: () => ']}\n',
};
