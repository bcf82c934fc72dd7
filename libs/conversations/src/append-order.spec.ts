import { expect, it } from '@jest/globals';
import { newId } from '#libs/kernel';
import { inOrder } from './append-order.js';

const say = { role: 'user', content: [] } as const;

it('puts each message below the one before, the first below the active leaf, but where a parent is named', () => {
	const [leaf, elsewhere] = [newId(), newId()];
	const placed = inOrder([say, { ...say, parentId: elsewhere }, say, { ...say, parentId: null }], leaf);
	expect(placed.map(({ parentId }) => parentId)).toEqual([leaf, elsewhere, placed[1]?.id, null]);
	expect(new Set(placed.map(({ id }) => id)).size).toBe(4);
	expect(inOrder([say], null)[0]?.parentId).toBeNull();
});
