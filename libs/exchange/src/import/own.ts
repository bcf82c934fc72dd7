import { OWN_FORMAT, OWN_VERSION, type OwnConversation, type OwnMessage } from '../own-conversation.js';
import type { ImportedMessage, RawConversation } from './imported.js';
import { isObject, type Json, listOf, objectOf, textOf, textOrNull, timeOf } from './values.js';
import { partsOf, roleOf, stateOf } from './parts.js';

export const isOwn = (value: Json): boolean => value['format'] === OWN_FORMAT && isObject(value['conversation']);

/** Own JSON. @throws Error for a version that is newer than this build */
export function readOwn(value: Json): RawConversation {
	if (value['version'] !== OWN_VERSION)
		throw new Error(`Version ${String(value['version'])} of own JSON is not known here`);
	const head = objectOf(value['conversation']) as Partial<OwnConversation>;
	return {
		format: 'parallama',
		key: textOf(head.id),
		title: textOf(head.title),
		titleSource:
			head.titleSource === 'person' || head.titleSource === 'none' || head.titleSource === 'generated'
				? head.titleSource
				: 'import',
		model: textOrNull(head.model),
		systemPrompt: textOrNull(head.systemPrompt),
		parameters: objectOf(head.parameters),
		metadata: objectOf(head.metadata),
		isPinned: head.isPinned === true,
		archivedAt: timeOf(head.archivedAt),
		folder: listOf(head.folder).map(textOf).filter(Boolean),
		tags: listOf(head.tags).map(textOf).filter(Boolean),
		activeKey: textOrNull(head.activeLeafId),
		createdAt: timeOf(head.createdAt),
		lastActiveAt: timeOf(head.lastActiveAt),
		messages: listOf(value['messages']).filter(isObject).map(readMessage),
	};
}

function readMessage(value: Json): ImportedMessage {
	const message = value as Partial<OwnMessage>;
	return {
		key: textOf(message.id),
		parentKey: textOrNull(message.parentId),
		role: roleOf(message.role),
		content: partsOf(message.content),
		model: textOrNull(message.model),
		state: stateOf(message.state),
		finishReason: textOrNull(message.finishReason),
		usage: isObject(message.usage) ? message.usage : null,
		metadata: objectOf(message.metadata),
		createdAt: timeOf(message.createdAt),
	};
}
