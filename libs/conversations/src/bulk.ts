/** What can be done with many conversations at once. */
export const bulkActions = [
	'pin',
	'unpin',
	'archive',
	'unarchive',
	'trash',
	'restore',
	'delete',
	'move',
	'tag',
	'untag',
] as const;
export type BulkAction = (typeof bulkActions)[number];

export interface BulkInput {
	/** Each once. */
	readonly ids: readonly string[];
	readonly action: BulkAction;
	/** Of `move`; `null`: into no folder. */
	readonly folderId?: string | null | undefined;
	/** Of `tag` and `untag`. */
	readonly tagId?: string | undefined;
}

/** What an action changes of a row, where it changes nothing else. */
export const bulkAssignments: Readonly<Partial<Record<BulkAction, string>>> = {
	pin: 'is_pinned = true',
	unpin: 'is_pinned = false',
	archive: 'archived_at = coalesce(archived_at, now())',
	unarchive: 'archived_at = NULL',
	trash: 'deleted_at = coalesce(deleted_at, now())',
	restore: 'deleted_at = NULL',
};
