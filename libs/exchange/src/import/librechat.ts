import type { ContentPart } from '#libs/conversations';
import { type ImportedMessage, plain, plainMessage, type RawConversation } from './imported.js';
import { said } from './parts.js';
import { isObject, type Json, listOf, objectOf, textOf, textOrNull, timeOf } from './values.js';

const ROOT = '00000000-0000-0000-0000-000000000000';

export const isLibreChat = (value: Json): boolean =>
	'conversationId' in value && (Array.isArray(value['messages']) || Array.isArray(value['messagesTree']));

/** A conversation of LibreChat: a list of messages, or a tree of them. */
export function readLibreChat(value: Json): RawConversation {
	const options = objectOf(value['options']);
	const messages = flattened(listOf(value['messages'] ?? value['messagesTree']).filter(isObject)).map(readMessage);
	return {
		...plain,
		format: 'librechat',
		key: textOf(value['conversationId']),
		title: textOf(value['title']),
		model: textOrNull(options['model']) ?? textOrNull(value['model']),
		systemPrompt: textOrNull(options['promptPrefix']),
		createdAt: messages.map(({ createdAt }) => createdAt).find((time) => time !== null) ?? timeOf(value['exportAt']),
		messages,
	};
}

/** A node before what hangs on it, without recursion: trees may be as deep as a conversation is long. */
function flattened(roots: readonly Json[]): Json[] {
	const list: Json[] = [];
	const open = roots.toReversed();
	for (let node = open.pop(); node !== undefined; node = open.pop()) {
		list.push(node);
		const parentMessageId = node['messageId'];
		const children = listOf(node['children']).filter(isObject);
		open.push(...children.map((child): Json => ({ parentMessageId, ...child })).toReversed());
	}
	return list;
}

function readMessage(message: Json): ImportedMessage {
	const parent = textOrNull(message['parentMessageId']);
	const isUser = message['isCreatedByUser'] === true || textOf(message['sender']).toLowerCase() === 'user';
	return {
		...plainMessage,
		key: textOf(message['messageId']),
		parentKey: parent === ROOT ? null : parent,
		role: isUser ? 'user' : 'assistant',
		content: contentOf(message),
		model: isUser ? null : textOrNull(message['model']),
		state: message['unfinished'] === true ? 'interrupted' : message['error'] === true ? 'failed' : 'complete',
		createdAt: timeOf(message['createdAt']),
	};
}

function contentOf(message: Json): readonly ContentPart[] {
	const parts = listOf(message['content'])
		.filter(isObject)
		.flatMap((part): readonly ContentPart[] => {
			if (part['type'] === 'text') return said(textOf(part['text']) || textOf(objectOf(part['text'])['value']));
			if (part['type'] === 'think') return [{ type: 'reasoning', text: textOf(part['think']) }];
			return [];
		});
	return parts.length > 0 ? parts : said(textOf(message['text']));
}
