import type { SealedColumn } from '#libs/kernel';

/** The successor of a refresh token opens in the row of that token only. */
export const successorContext = (id: string): string => `refresh_tokens ${id} successor`;

export const sealedSuccessors: SealedColumn = {
	table: 'refresh_tokens',
	column: 'successor_sealed',
	key: ['id'],
	contextOf: ([id = '']) => successorContext(id),
};
