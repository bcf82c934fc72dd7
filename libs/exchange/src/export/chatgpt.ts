import { textOf } from '#libs/conversations';
import type { OwnMessage } from '../own-conversation.js';
import type { ConversationWriter, Subject } from './conversation-writer.js';

const ROOT = 'client-created-root';
const seconds = (time: string): number => Date.parse(time) / 1_000;

const nodeOf = (message: OwnMessage, { outline }: Subject) => ({
	id: message.id,
	parent: message.parentId ?? ROOT,
	children: outline.childrenOf(message.id),
	message: {
		id: message.id,
		author: { role: message.role === 'developer' ? 'system' : message.role, name: null, metadata: {} },
		create_time: seconds(message.createdAt),
		content: { content_type: 'text', parts: [textOf(message.content)] },
		status: message.state === 'complete' ? 'finished_successfully' : 'finished_partial_completion',
		end_turn: message.role === 'assistant' ? true : null,
		weight: 1,
		metadata: message.model === null ? {} : { model_slug: message.model },
		recipient: 'all',
		channel: null,
	},
});

/** A conversation as ChatGPT exports it: a mapping of nodes with every branch. */
export const chatgptWriter: ConversationWriter = {
	takes: 'tree',
	begin: ({ conversation, outline }) => {
		const head = JSON.stringify({
			id: conversation.id,
			conversation_id: conversation.id,
			title: conversation.title,
			create_time: seconds(conversation.createdAt),
			update_time: seconds(conversation.updatedAt),
			current_node: conversation.activeLeafId ?? ROOT,
			default_model_slug: conversation.model,
			gizmo_id: null,
			is_archived: conversation.archivedAt !== null,
			is_starred: conversation.isPinned,
		});
		const root = JSON.stringify({ id: ROOT, message: null, parent: null, children: outline.roots });
		return `${head.slice(0, -1)},"mapping":{"${ROOT}":${root}`;
	},
	message: (message, _n, of) => `,${JSON.stringify(message.id)}:${JSON.stringify(nodeOf(message, of))}`,
	end: () => '}}',
};
