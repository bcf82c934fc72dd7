import type { OwnConversation, OwnMessage } from '../own-conversation.js';

/** What is written. */
export interface Subject {
	readonly conversation: OwnConversation;
	readonly outline: Outline;
}

/** Turns one conversation into text, piece by piece: `begin`, `message` for each in order, `end`. Holds no state. */
export interface ConversationWriter {
	/** Whether it gets every branch, or the active one from its beginning. */
	readonly takes: 'tree' | 'branch';
	begin(of: Subject): string;
	/** `n` counts from 0. */
	message(message: OwnMessage, n: number, of: Subject): string;
	end(of: Subject): string;
}

/** Where a message stands, without what it says. */
export interface Place {
	readonly id: string;
	readonly parentId: string | null;
}

/** How messages hang together. */
export class Outline {
	private readonly children = new Map<string, string[]>();
	readonly roots: readonly string[];

	/** `places` in the order in which they came, parents before children. */
	constructor(readonly places: readonly Place[]) {
		this.roots = places.filter(({ parentId }) => parentId === null).map(({ id }) => id);
		for (const { id, parentId } of places) {
			if (parentId === null) continue;
			const siblings = this.children.get(parentId);
			if (siblings === undefined) this.children.set(parentId, [id]);
			else siblings.push(id);
		}
	}

	childrenOf(id: string): readonly string[] {
		return this.children.get(id) ?? [];
	}

	/** Ids from the first message to a leaf. */
	branchTo(leafId: string | null): readonly string[] {
		const parents = new Map(this.places.map(({ id, parentId }) => [id, parentId]));
		const branch: string[] = [];
		for (let id = leafId; id !== null && parents.has(id); id = parents.get(id) ?? null) branch.push(id);
		return branch.toReversed();
	}
}
