import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { AppError, missing, newId, storableJson, storableText } from '#libs/kernel';
import { MessageTextsRepository } from './message-texts.repository.js';
import { attachmentsOf, MAX_MESSAGES, type MessageRecord, type NewMessage } from '../message.js';

const columns = (
	m: string,
): string => `${m}.id, ${m}.conversation_id AS "conversationId", ${m}.sequence, ${m}.parent_id AS "parentId", ${m}.role,
	${m}.content, ${m}.model, ${m}.state, ${m}.finish_reason AS "finishReason", ${m}.usage, ${m}.run_id AS "runId", ${m}.metadata,
	${m}.created_at AS "createdAt"`;

const siblings = (
	condition: string,
): string => `ARRAY(SELECT s.id FROM messages s WHERE s.organization_id = m.organization_id
	AND s.conversation_id = m.conversation_id AND s.parent_id ${condition} ORDER BY s.sequence LIMIT 100)`;

/** A message with those that answer the same one, itself among them, oldest first; the first hundred. */
export type BranchMessage = MessageRecord & { readonly siblingIds: readonly string[] };

interface Held {
	readonly last: number;
	readonly count: number;
	readonly userId: string;
	readonly isSearched: boolean;
}

/** Messages of one conversation. Whose it is, is known before: who calls asks `ConversationsRepository` first. */
@Injectable()
export class MessagesRepository {
	constructor(private readonly texts: MessageTextsRepository) {}

	/**
	 * Appends in order and makes the last one the end of the active branch. The cost does not depend on how many there are.
	 * Holds the conversation until the end of the transaction.
	 * @throws AppError missing: no such conversation, a parent that is not in it, or a file that is not its owner's;
	 *   conflict `quota_reached`
	 */
	async append(scope: TenantScope, conversationId: string, messages: readonly NewMessage[]): Promise<MessageRecord[]> {
		const { organizationId, transaction } = scope;
		const rows = messages.map((message) => ({ ...rowOf(message), id: message.id ?? newId() }));
		const [held] = await transaction.manager.query<[Held[], number]>(
			`UPDATE conversations SET last_sequence = last_sequence + $3, message_count = message_count + $3,
				active_leaf_id = coalesce($4, active_leaf_id), last_active_at = now(), updated_at = now()
			WHERE organization_id = $1 AND id = $2 RETURNING last_sequence AS last, message_count AS count, user_id AS "userId", kind = 'chat' AND NOT is_temporary AS "isSearched"`,
			[organizationId, conversationId, rows.length, rows.at(-1)?.id ?? null],
		);
		if (held[0] === undefined) throw missing('The conversation');
		if (held[0].count > MAX_MESSAGES)
			throw new AppError('conflict', 'quota_reached', `A conversation has at most ${MAX_MESSAGES} messages`);
		const first = held[0].last - rows.length;
		await this.demandParents(scope, conversationId, rows);
		const inserted = await transaction.manager.query<MessageRecord[]>(
			`INSERT INTO messages AS m (organization_id, conversation_id, id, sequence, parent_id, role, content, model, state, finish_reason, usage,
				run_id, metadata, import_id, created_at)
			SELECT $1, $2, r.id, $3 + row_number() OVER (ORDER BY at), r."parentId", r.role, r.content, r.model, r.state, r."finishReason",
				r.usage, r."runId", r.metadata, r."importId", coalesce(r."createdAt", clock_timestamp())
			FROM ROWS FROM (jsonb_to_recordset($4::jsonb) AS (id uuid, "parentId" uuid, role text, content jsonb, model text, state text,
				"finishReason" text, usage jsonb, "runId" uuid, metadata jsonb, "importId" text, "createdAt" timestamptz))
				WITH ORDINALITY AS r(id, "parentId", role, content, model, state, "finishReason", usage, "runId", metadata, "importId", "createdAt", at)
			RETURNING ${columns('m')}`,
			[organizationId, conversationId, first, JSON.stringify(rows)],
		);
		await this.nameFiles(scope, conversationId, rows);
		if (held[0].isSearched) await this.texts.insert(scope, held[0].userId, inserted);
		return inserted.toSorted((a, b) => a.sequence - b.sequence);
	}

	private async demandParents(
		{ organizationId, transaction }: TenantScope,
		conversationId: string,
		rows: readonly { id: string; parentId: string | null }[],
	): Promise<void> {
		const own = new Set(rows.map(({ id }) => id));
		const parents = [...new Set(rows.flatMap(({ parentId }) => parentId ?? []))].filter((id) => !own.has(id));
		if (parents.length === 0) return;
		const [found] = await transaction.manager.query<{ n: number }[]>(
			'SELECT count(*)::int AS n FROM messages WHERE organization_id = $1 AND conversation_id = $2 AND id = ANY ($3)',
			[organizationId, conversationId, parents],
		);
		if (found?.n !== parents.length) throw missing('The message');
	}

	private async nameFiles(
		{ organizationId, transaction }: TenantScope,
		conversationId: string,
		rows: readonly { id: string; content: NewMessage['content'] }[],
	): Promise<void> {
		const links = rows.flatMap(({ id, content }) => attachmentsOf(content).map((file) => ({ id, file })));
		if (links.length === 0) return;
		const named = await transaction.manager.query<unknown[]>(
			`INSERT INTO message_attachments (organization_id, message_id, attachment_id)
			SELECT $1, l.id, a.id FROM unnest($2::uuid[], $3::uuid[]) AS l(id, file)
				JOIN conversations c ON c.organization_id = $1 AND c.id = $4
				JOIN attachments a ON a.organization_id = $1 AND a.id = l.file AND a.user_id = c.user_id
			RETURNING attachment_id`,
			[organizationId, links.map(({ id }) => id), links.map(({ file }) => file), conversationId],
		);
		if (named.length !== links.length) throw missing('The attachment');
	}

	async find(
		{ organizationId, transaction }: TenantScope,
		conversationId: string,
		id: string,
	): Promise<MessageRecord | undefined> {
		const [row] = await transaction.manager.query<MessageRecord[]>(
			`SELECT ${columns('m')} FROM messages m WHERE m.organization_id = $1 AND m.conversation_id = $2 AND m.id = $3`,
			[organizationId, conversationId, id],
		);
		return row;
	}

	async findAll(
		{ organizationId, transaction }: TenantScope,
		conversationId: string,
		ids: readonly string[],
	): Promise<MessageRecord[]> {
		return transaction.manager.query<MessageRecord[]>(
			`SELECT ${columns('m')} FROM messages m WHERE m.organization_id = $1 AND m.conversation_id = $2 AND m.id = ANY ($3) ORDER BY m.sequence`,
			[organizationId, conversationId, ids],
		);
	}

	/** At most `limit` messages from `leafId` towards the root, the leaf first. One index probe each, however long the branch is. */
	async branch(
		{ organizationId, transaction }: TenantScope,
		conversationId: string,
		{ leafId, limit }: { leafId: string; limit: number },
	): Promise<BranchMessage[]> {
		return transaction.manager.query<BranchMessage[]>(
			`WITH RECURSIVE up AS (
				SELECT m.id, m.parent_id, 1 AS n FROM messages m WHERE m.organization_id = $1 AND m.conversation_id = $2 AND m.id = $3
				UNION ALL
				SELECT m.id, m.parent_id, up.n + 1 FROM up JOIN messages m
					ON m.organization_id = $1 AND m.conversation_id = $2 AND m.id = up.parent_id WHERE up.n < $4
			)
			SELECT ${columns('m')}, CASE WHEN m.parent_id IS NULL THEN ${siblings('IS NULL')} ELSE ${siblings('= m.parent_id')} END AS "siblingIds"
			FROM up JOIN messages m ON m.organization_id = $1 AND m.id = up.id ORDER BY up.n`,
			[organizationId, conversationId, leafId, limit],
		);
	}

	/** Ids by what the messages were called where they were imported from, and by themselves. */
	async importedKeys(
		{ organizationId, transaction }: TenantScope,
		conversationId: string,
	): Promise<Map<string, string>> {
		const rows = await transaction.manager.query<{ key: string | null; id: string }[]>(
			`SELECT unnest(ARRAY[id::text, import_id]) AS key, id FROM messages WHERE organization_id = $1 AND conversation_id = $2`,
			[organizationId, conversationId],
		);
		return new Map(rows.flatMap(({ key, id }) => (key === null ? [] : [[key, id] as const])));
	}

	/** Ids and parents of all, in the order in which they came. */
	async places(
		{ organizationId, transaction }: TenantScope,
		conversationId: string,
	): Promise<Pick<MessageRecord, 'id' | 'parentId'>[]> {
		return transaction.manager.query<Pick<MessageRecord, 'id' | 'parentId'>[]>(
			`SELECT id, parent_id AS "parentId" FROM messages WHERE organization_id = $1 AND conversation_id = $2 ORDER BY sequence`,
			[organizationId, conversationId],
		);
	}

	/** Whether a message is on the branch that ends at `leafId`. */
	async isAbove({ organizationId, transaction }: TenantScope, id: string, leafId: string): Promise<boolean> {
		const rows = await transaction.manager.query<unknown[]>(
			`WITH RECURSIVE up AS (
				SELECT m.id, m.parent_id, m.conversation_id FROM messages m WHERE m.organization_id = $1 AND m.id = $3
				UNION ALL
				SELECT m.id, m.parent_id, m.conversation_id FROM up JOIN messages m
					ON m.organization_id = $1 AND m.conversation_id = up.conversation_id AND m.id = up.parent_id WHERE up.id <> $2
			)
			SELECT FROM up WHERE id = $2`,
			[organizationId, id, leafId],
		);
		return rows.length > 0;
	}

	/** All of a conversation in the order in which it got them, after `sequence`. */
	async list(
		{ organizationId, transaction }: TenantScope,
		conversationId: string,
		{ after, limit }: { after: number; limit: number },
	): Promise<MessageRecord[]> {
		return transaction.manager.query<MessageRecord[]>(
			`SELECT ${columns('m')} FROM messages m WHERE m.organization_id = $1 AND m.conversation_id = $2 AND m.sequence > $3
			ORDER BY m.sequence LIMIT $4`,
			[organizationId, conversationId, after, limit],
		);
	}

	/** Where one arrives who always goes on to the newest answer; from the newest root for `null`. */
	async leafBelow(
		{ organizationId, transaction }: TenantScope,
		conversationId: string,
		id: string | null,
	): Promise<string | null> {
		const child = (
			parent: string,
		): string => `SELECT c.id FROM messages c WHERE c.organization_id = $1 AND c.conversation_id = $2
			AND c.parent_id ${parent} ORDER BY c.sequence DESC LIMIT 1`;
		const [row] = await transaction.manager.query<{ id: string }[]>(
			`WITH RECURSIVE down AS (
				SELECT coalesce($3::uuid, (${child('IS NULL')})) AS id, 0 AS n
				UNION ALL
				SELECT c.id, down.n + 1 FROM down CROSS JOIN LATERAL (${child('= down.id')}) c
			)
			SELECT id FROM down WHERE id IS NOT NULL ORDER BY n DESC LIMIT 1`,
			[organizationId, conversationId, id],
		);
		return row?.id ?? null;
	}

	/**
	 * Copies the branch that ends at `leafId` into an empty conversation, with new ids and the old times. Returns how many
	 * messages there were.
	 */
	async copyBranch(
		{ organizationId, transaction }: TenantScope,
		from: { readonly conversationId: string; readonly leafId: string },
		to: string,
	): Promise<number> {
		const [[copied]] = await transaction.manager.query<[{ n: number }[], number]>(
			`WITH RECURSIVE up AS (
				SELECT m.id, m.parent_id, 1 AS n FROM messages m WHERE m.organization_id = $1 AND m.conversation_id = $2 AND m.id = $3
				UNION ALL
				SELECT m.id, m.parent_id, up.n + 1 FROM up JOIN messages m
					ON m.organization_id = $1 AND m.conversation_id = $2 AND m.id = up.parent_id
			), twins AS MATERIALIZED (
				SELECT id, gen_random_uuid() AS twin, row_number() OVER (ORDER BY n DESC)::int AS sequence FROM up
			), copies AS (
				INSERT INTO messages (organization_id, conversation_id, id, sequence, parent_id, role, content, model, state, finish_reason,
					usage, metadata, created_at)
				SELECT $1, $4, t.twin, t.sequence, lag(t.twin) OVER (ORDER BY t.sequence), m.role, m.content, m.model, m.state, m.finish_reason,
					m.usage, m.metadata, m.created_at
				FROM twins t JOIN messages m ON m.organization_id = $1 AND m.id = t.id
			), files AS (
				INSERT INTO message_attachments (organization_id, message_id, attachment_id)
				SELECT $1, t.twin, a.attachment_id FROM twins t JOIN message_attachments a ON a.organization_id = $1 AND a.message_id = t.id
			), found AS (
				INSERT INTO message_texts (organization_id, message_id, conversation_id, user_id, role, model, body, words, created_at)
				SELECT $1, t.twin, $4, x.user_id, x.role, x.model, x.body, x.words, x.created_at
				FROM twins t JOIN message_texts x ON x.organization_id = $1 AND x.message_id = t.id
			), counted AS (
				SELECT count(*)::int AS n, (array_agg(twin ORDER BY sequence DESC))[1] AS leaf FROM twins
			)
			UPDATE conversations c SET message_count = counted.n, last_sequence = counted.n, active_leaf_id = counted.leaf
			FROM counted WHERE c.organization_id = $1 AND c.id = $4 RETURNING counted.n`,
			[organizationId, from.conversationId, from.leafId, to],
		);
		return copied?.n ?? 0;
	}

	/** A message and all below it. Moves the active leaf if it was one of them. Returns how many there were. */
	async deleteSubtree(scope: TenantScope, conversationId: string, id: string): Promise<number> {
		const { organizationId, transaction } = scope;
		const [held] = await transaction.manager.query<{ leaf: string | null; parent: string | null }[]>(
			`SELECT c.active_leaf_id AS leaf, m.parent_id AS parent FROM conversations c JOIN messages m
				ON m.organization_id = c.organization_id AND m.conversation_id = c.id AND m.id = $3
			WHERE c.organization_id = $1 AND c.id = $2 FOR UPDATE OF c`,
			[organizationId, conversationId, id],
		);
		if (held === undefined) throw missing('The message');
		const [, deleted] = await transaction.manager.query<[unknown, number]>(
			`WITH RECURSIVE below AS (
				SELECT $3::uuid AS id
				UNION ALL
				SELECT m.id FROM below JOIN messages m ON m.organization_id = $1 AND m.conversation_id = $2 AND m.parent_id = below.id
			)
			DELETE FROM messages WHERE organization_id = $1 AND id IN (SELECT id FROM below)`,
			[organizationId, conversationId, id],
		);
		const isLeafThere = held.leaf !== null && (await this.find(scope, conversationId, held.leaf)) !== undefined;
		const leaf = isLeafThere ? held.leaf : await this.leafBelow(scope, conversationId, held.parent);
		await transaction.manager.query(
			`UPDATE conversations SET message_count = message_count - $3, active_leaf_id = $4, updated_at = now()
			WHERE organization_id = $1 AND id = $2`,
			[organizationId, conversationId, deleted, leaf],
		);
		return deleted;
	}
}

const rowOf = (message: NewMessage) => ({
	parentId: message.parentId,
	role: message.role,
	content: storableJson(message.content),
	model: message.model == null ? null : storableText(message.model),
	state: message.state ?? 'complete',
	finishReason: message.finishReason ?? null,
	usage: message.usage ?? null,
	runId: message.runId ?? null,
	metadata: storableJson(message.metadata ?? {}),
	importId: message.importId == null ? null : storableText(message.importId),
	createdAt: message.createdAt ?? null,
});
