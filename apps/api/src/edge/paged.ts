import { z } from 'zod';
import type { Page, PageRequest } from '#libs/access';
import type { Scope } from '#libs/kernel';
import type { Cursors } from './cursor.js';

/** The query of every list. Without an id: a `$ref` would hide its parameters from the document. */
export const PageQuery = z.strictObject({
	limit: z.coerce.number().int().min(1).max(100).default(20).meta({ description: 'Items on a page' }),
	cursor: z.string().min(1).max(1_024).optional().meta({ description: '`nextCursor` of the page before' }),
});
export type PageQuery = z.output<typeof PageQuery>;

/** Which list of which scope is asked for, and where. */
export interface PagedList {
	readonly scope: Scope;
	readonly name: string;
	readonly query: PageQuery;
	readonly cursors: Cursors;
}

/** Translates between opaque cursors and the ids at which pages end. @throws AppError invalid `invalid_cursor` */
export async function paged<Item>(
	{ scope, name, query, cursors }: PagedList,
	load: (request: PageRequest) => Promise<Page<Item>>,
): Promise<{ items: readonly Item[]; nextCursor: string | null }> {
	const after = query.cursor === undefined ? undefined : String(cursors.read(scope, name, query.cursor)[0]);
	const { items, next } = await load({ limit: query.limit, after });
	return { items, nextCursor: next === null ? null : cursors.make(scope, name, [next]) };
}
