import { textOf } from '#libs/conversations';
import type { OwnMessage } from '../own-conversation.js';
import type { ConversationWriter, Subject } from './conversation-writer.js';

const seconds = (time: string): number => Math.floor(Date.parse(time) / 1_000);

const messageOf = ({ id, parentId, role, content, model, state, createdAt }: OwnMessage, { outline }: Subject) => ({
	id,
	parentId,
	childrenIds: outline.childrenOf(id),
	role: role === 'developer' ? 'system' : role,
	content: textOf(content),
	timestamp: seconds(createdAt),
	...(role === 'assistant' ? { model: model ?? '', modelName: model ?? '', done: state === 'complete' } : {}),
	...(role === 'user' ? { models: [] } : {}),
});

/** A chat as Open WebUI exports and imports it, with every branch. */
export const openWebuiWriter: ConversationWriter = {
	takes: 'tree',
	begin: ({ conversation }) => {
		const { id, title, model, systemPrompt, tags, isPinned, archivedAt } = conversation;
		const head = JSON.stringify({
			id,
			title,
			pinned: isPinned,
			archived: archivedAt !== null,
			folder_id: null,
			meta: { tags },
			created_at: seconds(conversation.createdAt),
			updated_at: seconds(conversation.updatedAt),
		});
		const chat = JSON.stringify({
			title,
			models: model === null ? [] : [model],
			params: systemPrompt === null ? {} : { system: systemPrompt },
			tags,
			timestamp: Date.parse(conversation.createdAt),
		});
		return `${head.slice(0, -1)},"chat":${chat.slice(0, -1)},"history":{"messages":{`;
	},
	message: (message, n, of) =>
		`${n === 0 ? '' : ','}${JSON.stringify(message.id)}:${JSON.stringify(messageOf(message, of))}`,
	end: ({ conversation }) => `},"currentId":${JSON.stringify(conversation.activeLeafId)}}}}`,
};
