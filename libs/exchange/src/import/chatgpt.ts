import type { ContentPart } from '#libs/conversations';
import { type ImportedMessage, plain, plainMessage, type RawConversation } from './imported.js';
import { roleOf, said } from './parts.js';
import { isObject, type Json, listOf, objectOf, textOf, textOrNull, timeOf } from './values.js';

export const isChatGpt = (value: Json): boolean => isObject(value['mapping']);

interface Node {
	readonly key: string;
	readonly parent: string | null;
	/** Absent: it is passed over, and its children hang on its parent. */
	readonly message: Omit<ImportedMessage, 'parentKey'> | undefined;
}

/** A conversation of ChatGPT's export, with every branch. */
export function readChatGpt(value: Json): RawConversation {
	const model = textOrNull(value['default_model_slug']);
	const mapping = objectOf(value['mapping']);
	const parents = parentsOf(mapping);
	const nodes = new Map(
		Object.entries(mapping).map(([key, node]): [string, Node] => [
			key,
			{ key, parent: parents.get(key) ?? null, message: messageOf(key, objectOf(objectOf(node)['message']), model) },
		]),
	);
	/** The nearest message above that is shown; one that is not there stays named, so that it is noted. */
	const shown = (key: string | null): string | null => {
		if (key !== null && !nodes.has(key)) return key;
		const seen = new Set<string>();
		for (
			let node = nodes.get(key ?? '');
			node !== undefined && !seen.has(node.key);
			node = nodes.get(node.parent ?? '')
		) {
			if (node.message !== undefined) return node.key;
			seen.add(node.key);
		}
		return null;
	};
	return {
		...plain,
		format: 'chatgpt',
		key: textOf(value['conversation_id']) || textOf(value['id']),
		title: textOf(value['title']),
		model,
		isPinned: value['is_starred'] === true,
		archivedAt: value['is_archived'] === true ? (timeOf(value['update_time']) ?? new Date()) : null,
		activeKey: shown(textOrNull(value['current_node'])),
		createdAt: timeOf(value['create_time']),
		lastActiveAt: timeOf(value['update_time']),
		messages: [...nodes.values()].flatMap(({ message, parent }) =>
			message === undefined ? [] : [{ ...message, parentKey: shown(parent) }],
		),
	};
}

/** `parent` says it; where it is missing, the `children` of another node do. */
function parentsOf(mapping: Json): Map<string, string> {
	const parents = new Map<string, string>();
	for (const [key, node] of Object.entries(mapping))
		for (const child of listOf(objectOf(node)['children'])) if (typeof child === 'string') parents.set(child, key);
	for (const [key, node] of Object.entries(mapping)) {
		const parent = textOrNull(objectOf(node)['parent']);
		if (parent !== null) parents.set(key, parent);
	}
	return parents;
}

function messageOf(key: string, message: Json, defaultModel: string | null): Node['message'] {
	const metadata = objectOf(message['metadata']);
	if (metadata['is_visually_hidden_from_conversation'] === true) return undefined;
	const content = contentOf(objectOf(message['content']));
	if (content.length === 0) return undefined;
	const role = roleOf(objectOf(message['author'])['role']);
	return {
		...plainMessage,
		key,
		role,
		content,
		model: role === 'assistant' ? (textOrNull(metadata['model_slug']) ?? defaultModel) : null,
		state:
			message['status'] === 'in_progress' || message['status'] === 'finished_partial_completion'
				? 'interrupted'
				: 'complete',
		createdAt: timeOf(message['create_time']),
	};
}

function contentOf(content: Json): readonly ContentPart[] {
	const parts = listOf(content['parts']).map(partText).filter(Boolean);
	switch (content['content_type']) {
		case 'thoughts': {
			const thoughts = listOf(content['thoughts']).map((thought) => textOf(objectOf(thought)['content']));
			return thoughts.some(Boolean) ? [{ type: 'reasoning', text: thoughts.filter(Boolean).join('\n\n') }] : [];
		}
		case 'reasoning_recap':
		case 'user_editable_context':
		case 'model_editable_context':
			return [];
		case 'code':
			return textOf(content['text']) === ''
				? []
				: said(`\`\`\`${codeLanguage(content)}\n${textOf(content['text'])}\n\`\`\``);
		default: {
			const text = parts.join('\n') || textOf(content['text']) || textOf(content['result']);
			return text === '' ? [] : said(text);
		}
	}
}

function codeLanguage(content: Json): string {
	const language = textOf(content['language']);
	return language === 'unknown' ? '' : language;
}

function partText(part: unknown): string {
	if (typeof part === 'string') return part;
	const { asset_pointer: pointer, text } = objectOf(part);
	if (typeof pointer === 'string') return `[image ${pointer.replace(/^[a-z-]+:\/\//, '')}]`;
	return textOf(text);
}
