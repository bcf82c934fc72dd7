import type { ContentPart } from '#libs/conversations';
import { type ImportedMessage, plain, plainMessage, type RawConversation } from './imported.js';
import { roleOf, said } from './parts.js';
import { isObject, type Json, listOf, objectOf, textOf, textOrNull } from './values.js';

/** Formats whose messages have no ids: their places are their keys. */
const inARow = (messages: readonly Omit<ImportedMessage, 'key' | 'parentKey'>[]): ImportedMessage[] =>
	messages.map((message, at) => ({ ...message, key: String(at), parentKey: at === 0 ? null : String(at - 1) }));

export const isShareGpt = (value: Json): boolean => Array.isArray(value['conversations']);

/** A conversation as ShareGPT has it. */
export const readShareGpt = (value: Json): RawConversation => ({
	...plain,
	format: 'sharegpt',
	key: textOf(value['id']),
	title: '',
	titleSource: 'none',
	systemPrompt: textOrNull(value['system']),
	messages: inARow(
		listOf(value['conversations'])
			.filter(isObject)
			.map((turn) => ({ ...plainMessage, role: roleOf(turn['from']), content: said(textOf(turn['value'])) })),
	),
});

export const isChatbotUi = (value: Json): boolean =>
	Array.isArray(value['messages']) && typeof value['name'] === 'string' && 'model' in value;

/** A conversation of ChatbotUI's `history`. */
export const readChatbotUi = (value: Json): RawConversation => ({
	...plain,
	format: 'chatbot-ui',
	key: textOf(value['id']) || (typeof value['id'] === 'number' ? String(value['id']) : ''),
	title: textOf(value['name']),
	model: textOrNull(objectOf(value['model'])['id']),
	systemPrompt: textOrNull(value['prompt']),
	messages: inARow(listOf(value['messages']).filter(isObject).map(openAiMessage)),
});

export const isOpenAiMessages = (value: Json): boolean => Array.isArray(value['messages']);

/** Messages as OpenAI's chat completions and fine-tuning files have them. */
export const readOpenAiMessages = (value: Json): RawConversation => ({
	...plain,
	format: 'openai-messages',
	key: '',
	title: '',
	titleSource: 'none',
	messages: inARow(listOf(value['messages']).filter(isObject).map(openAiMessage)),
});

function openAiMessage(message: Json): Omit<ImportedMessage, 'key' | 'parentKey'> {
	const role = roleOf(message['role']);
	const text = textOf(message['content']) || listOf(message['content']).map(pieceText).filter(Boolean).join('\n');
	if (role === 'tool')
		return {
			...plainMessage,
			role,
			content: [{ type: 'tool_result', toolCallId: textOf(message['tool_call_id']), text }],
		};
	const calls = listOf(message['tool_calls'])
		.filter(isObject)
		.map((call): ContentPart => {
			const { name, arguments: given } = objectOf(call['function']);
			return { type: 'tool_call', id: textOf(call['id']), name: textOf(name), arguments: textOf(given) };
		});
	return { ...plainMessage, role, content: [...(text === '' && calls.length > 0 ? [] : said(text)), ...calls] };
}

function pieceText(piece: unknown): string {
	const { text, image_url: image } = objectOf(piece);
	if (image !== undefined) return '[image]';
	return textOf(text);
}
