import type { ContentPart } from '#libs/conversations';
import { type ImportedMessage, plain, plainMessage, type RawConversation } from './imported.js';
import { said } from './parts.js';
import { isObject, type Json, listOf, objectOf, textOf, textOrNull, timeOf } from './values.js';

const ROOT = '00000000-0000-4000-8000-000000000000';

export const isClaude = (value: Json): boolean => Array.isArray(value['chat_messages']);

/** A conversation of Claude's export. It has no model; messages without a parent follow one another. */
export function readClaude(value: Json): RawConversation {
	const messages = listOf(value['chat_messages']).filter(isObject);
	const keys = messages.map((message, at) => textOf(message['uuid']) || String(at));
	return {
		...plain,
		format: 'claude',
		key: textOf(value['uuid']),
		title: textOf(value['name']),
		createdAt: timeOf(value['created_at']),
		lastActiveAt: timeOf(value['updated_at']),
		messages: messages.map((message, at) =>
			readMessage(message, { key: keys[at] ?? '', before: keys[at - 1] ?? null }),
		),
	};
}

function readMessage(
	message: Json,
	{ key, before }: { readonly key: string; readonly before: string | null },
): ImportedMessage {
	const parent = textOrNull(message['parent_message_uuid']);
	return {
		...plainMessage,
		key,
		parentKey: parent === ROOT ? null : (parent ?? before),
		role: message['sender'] === 'human' ? 'user' : 'assistant',
		content: contentOf(message),
		createdAt: timeOf(message['created_at']),
	};
}

function contentOf(message: Json): readonly ContentPart[] {
	const parts = listOf(message['content']).filter(isObject).flatMap(partOf);
	const files = [...listOf(message['attachments']), ...listOf(message['files'])].flatMap((file) => {
		const { file_name: name, extracted_content: text } = objectOf(file);
		return [{ type: 'text', text: [`[file ${textOf(name)}]`, textOf(text)].filter(Boolean).join('\n') } as const];
	});
	return [...(parts.length > 0 ? parts : said(textOf(message['text']))), ...files];
}

function partOf(part: Json): readonly ContentPart[] {
	switch (part['type']) {
		case 'text':
			return said(textOf(part['text']));
		case 'thinking':
			return [{ type: 'reasoning', text: textOf(part['thinking']) }];
		case 'tool_use':
			return [
				{
					type: 'tool_call',
					id: textOf(part['id']),
					name: textOf(part['name']),
					arguments: JSON.stringify(part['input'] ?? {}),
				},
			];
		case 'tool_result':
			return [{ type: 'tool_result', toolCallId: textOf(part['tool_use_id']), text: resultText(part['content']) }];
		default:
			return [];
	}
}

const resultText = (content: unknown): string =>
	textOf(content) ||
	listOf(content)
		.map((piece) => textOf(objectOf(piece)['text']))
		.filter(Boolean)
		.join('\n');
