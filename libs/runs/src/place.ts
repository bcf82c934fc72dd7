import type { MessageRecord } from '#libs/conversations';

type Placed = Pick<MessageRecord, 'id' | 'role' | 'parentId'>;

/**
 * What a new message answers where its writer does not say. Something that has no answer yet is not answered by another
 * question: two at once become siblings, each with an answer of its own.
 */
export const defaultParent = (leaf: Placed | undefined): string | null => {
	if (leaf === undefined) return null;
	return leaf.role === 'user' ? leaf.parentId : leaf.id;
};
