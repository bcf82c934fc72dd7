import { type ImportedMessage, plain, plainMessage, type RawConversation } from './imported.js';
import { roleOf, said } from './parts.js';
import { isObject, type Json, listOf, objectOf, textOf, textOrNull, timeOf } from './values.js';

const chatOf = (value: Json): Json => (isObject(value['chat']) ? value['chat'] : value);

export const isOpenWebui = (value: Json): boolean =>
	isObject(objectOf(chatOf(value)['history'])['messages']) ||
	(isObject(value['chat']) && Array.isArray(chatOf(value)['messages']));

/** A chat of Open WebUI, with every branch; also one that stands bare, or has a list of messages only. */
export function readOpenWebui(value: Json): RawConversation {
	const chat = chatOf(value);
	const history = objectOf(chat['history']);
	const tree = Object.entries(objectOf(history['messages'])).map(([key, message]) =>
		readMessage(objectOf(message), key),
	);
	const createdAt = timeOf(value['created_at']) ?? timeOf(chat['timestamp']);
	return {
		...plain,
		format: 'open-webui',
		key: textOf(value['id']) || textOf(chat['id']),
		title: textOf(value['title']) || textOf(chat['title']),
		model: textOrNull(listOf(chat['models'])[0]),
		systemPrompt: textOrNull(objectOf(chat['params'])['system']) ?? textOrNull(chat['system']),
		isPinned: value['pinned'] === true,
		archivedAt: value['archived'] === true ? (timeOf(value['updated_at']) ?? new Date()) : null,
		tags: [...listOf(objectOf(value['meta'])['tags']), ...listOf(chat['tags'])].flatMap(tagName),
		activeKey: textOrNull(history['currentId']),
		createdAt,
		lastActiveAt: timeOf(value['updated_at']) ?? createdAt,
		messages: tree.length > 0 ? tree : inARow(listOf(chat['messages']).filter(isObject)),
	};
}

const tagName = (tag: unknown): string[] => [textOf(tag) || textOf(objectOf(tag)['name'])].filter(Boolean);

function readMessage(message: Json, key: string): ImportedMessage {
	const role = roleOf(message['role']);
	return {
		...plainMessage,
		key: textOf(message['id']) || key,
		parentKey: textOrNull(message['parentId']),
		role,
		content: said(textOf(message['content'])),
		model: role === 'assistant' ? textOrNull(message['model']) : null,
		state: message['done'] === false ? 'interrupted' : 'complete',
		createdAt: timeOf(message['timestamp']),
	};
}

const inARow = (messages: readonly Json[]): ImportedMessage[] => {
	const keys = messages.map((message, at) => textOf(message['id']) || String(at));
	return messages.map((message, at) => ({ ...readMessage(message, keys[at] ?? ''), parentKey: keys[at - 1] ?? null }));
};
