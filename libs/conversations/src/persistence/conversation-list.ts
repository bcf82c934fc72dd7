import type { ConversationFilter } from '../conversation.js';

interface Position {
	readonly at: string;
	readonly id: string;
}

/** Where a page ends: the time to the microsecond, which a `Date` cannot hold, and the id. */
export const positionOf = ({ at, id }: Position): string => `${at} ${id}`;

const readPosition = (after: string | undefined): Position | undefined =>
	after === undefined
		? undefined
		: { at: after.slice(0, after.lastIndexOf(' ')), id: after.slice(after.lastIndexOf(' ') + 1) };

export const listPosition = `(c.last_active_at AT TIME ZONE 'UTC')::text`;

/** Conditions are written out, not passed as parameters, so that the partial indexes fit. */
const placeOf = ({ isTrash, archived, isPinned, folderId }: ConversationFilter): string[] => [
	`c.kind = 'chat' AND NOT c.is_temporary`,
	isTrash ? 'c.deleted_at IS NOT NULL' : 'c.deleted_at IS NULL',
	...(isTrash || archived === 'any'
		? []
		: [archived === 'only' ? 'c.archived_at IS NOT NULL' : 'c.archived_at IS NULL']),
	...(isPinned === undefined ? [] : [isPinned ? 'c.is_pinned' : 'NOT c.is_pinned']),
	...(folderId === undefined ? [] : ['c.folder_id IS NOT NULL']),
];

/** The WHERE of a list of a person's conversations, and its parameters. */
export function conditionsOf(
	organizationId: string,
	userId: string,
	{ filter, after }: { readonly filter: ConversationFilter; readonly after: string | undefined },
): { readonly where: string; readonly parameters: readonly unknown[] } {
	const parameters: unknown[] = [organizationId, userId];
	const compared = (condition: (place: string) => string, value: unknown): string[] =>
		value === undefined ? [] : [condition(`$${parameters.push(value)}`)];
	const position = readPosition(after);
	const { model, tagId, folderId, activeAfter, activeBefore } = filter;
	const conditions = [
		'c.organization_id = $1 AND c.user_id = $2',
		...placeOf(filter),
		...compared((p) => `c.model = ${p}`, model),
		...compared((p) => `c.folder_id = ${p}::uuid`, folderId),
		...compared(
			(p) =>
				`EXISTS (SELECT FROM conversation_tags t WHERE t.organization_id = c.organization_id AND t.conversation_id = c.id AND t.tag_id = ${p}::uuid)`,
			tagId,
		),
		...compared((p) => `c.last_active_at >= ${p}`, activeAfter),
		...compared((p) => `c.last_active_at < ${p}`, activeBefore),
	];
	if (position !== undefined) {
		const [at, id] = [parameters.push(position.at), parameters.push(position.id)];
		conditions.push(`(c.last_active_at, c.id) < ($${at}::timestamp AT TIME ZONE 'UTC', $${id}::uuid)`);
	}
	return { where: conditions.join(' AND '), parameters };
}
