import type { MessageParent, NewMessage } from './message.js';
import { newId } from '#libs/kernel';

/** A message whose place may be left open: it then answers the one before it, the first one the active leaf. */
export type PlacedMessage = Omit<NewMessage, 'parentId'> & MessageParent;

/** Gives each message an id and a parent. */
export function inOrder(messages: readonly PlacedMessage[], activeLeafId: string | null): readonly NewMessage[] {
	let before = activeLeafId;
	return messages.map((message) => {
		const id = message.id ?? newId();
		const placed = { ...message, id, parentId: message.parentId === undefined ? before : message.parentId };
		before = id;
		return placed;
	});
}
