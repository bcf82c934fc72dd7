import type { ImportedConversation, ImportedMessage, RawConversation } from './imported.js';

/**
 * A tree, whatever the file said: each key once (the first counts), parents before children; who names a parent that is not
 * there, or stands in a circle, begins a branch. What was changed is noted.
 */
export function tidy(raw: RawConversation): ImportedConversation {
	const byKey = new Map<string, ImportedMessage>();
	for (const message of raw.messages) if (!byKey.has(message.key)) byKey.set(message.key, message);
	const counts = { twice: raw.messages.length - byKey.size, orphans: 0, circles: 0 };
	const ordered: ImportedMessage[] = [];
	const placed = new Set<string>();
	for (const start of byKey.values()) {
		const way = wayUp(start, byKey, placed);
		const [top] = way;
		if (top === undefined) continue;
		const { parentKey } = top;
		const hangs = parentKey !== null && placed.has(parentKey);
		if (parentKey !== null && !hangs) counts[byKey.has(parentKey) ? 'circles' : 'orphans'] += 1;
		for (const [at, message] of way.entries()) {
			ordered.push(at === 0 && !hangs ? { ...message, parentKey: null } : message);
			placed.add(message.key);
		}
	}
	const activeKey = raw.activeKey !== null && placed.has(raw.activeKey) ? raw.activeKey : null;
	return { ...raw, messages: ordered, activeKey, notes: [...(raw.notes ?? []), ...notesOf(counts)] };
}

/** From a message up to one that is placed, to a root, or to where a circle closes; the uppermost first. */
function wayUp(
	start: ImportedMessage,
	byKey: ReadonlyMap<string, ImportedMessage>,
	placed: ReadonlySet<string>,
): ImportedMessage[] {
	const way: ImportedMessage[] = [];
	const seen = new Set<string>();
	for (
		let message: ImportedMessage | undefined = start;
		message !== undefined && !placed.has(message.key) && !seen.has(message.key);
		message = message.parentKey === null ? undefined : byKey.get(message.parentKey)
	) {
		seen.add(message.key);
		way.push(message);
	}
	return way.toReversed();
}

const notesOf = ({ twice, orphans, circles }: { twice: number; orphans: number; circles: number }): string[] => [
	...(twice > 0 ? [`${twice} messages were there twice: the first ones count`] : []),
	...(orphans > 0 ? [`${orphans} messages answer one that is not there: they begin branches`] : []),
	...(circles > 0 ? [`${circles} circles of messages were cut`] : []),
];
