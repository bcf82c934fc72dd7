/** A part of a list: at most `limit` items, after the one where the last page ended. */
export interface PageRequest {
	readonly limit: number;
	/** Id of the last item of the page before. */
	readonly after: string | undefined;
}

export interface Page<Item> {
	readonly items: readonly Item[];
	/** Where the next page starts; `null` at the end. */
	readonly next: string | null;
}

/** Of one row more than was asked for: whether there is one tells whether there is a next page. */
export function pageOf<Item extends { readonly id: string }>(rows: readonly Item[], limit: number): Page<Item> {
	const items = rows.slice(0, limit);
	return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
