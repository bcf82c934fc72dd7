import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { newId, type Page, type PageRequest, storableJson, storableText, userIdOf } from '#libs/kernel';
import type {
	ConversationChange,
	ConversationFilter,
	ConversationKind,
	ConversationRecord,
	TitleSource,
} from '../conversation.js';
import { ConversationEntity } from './conversation.entity.js';
import { conditionsOf, listPosition, positionOf } from './conversation-list.js';

export const conversationColumns = `c.id, c.kind, c.title, c.title_source AS "titleSource", c.folder_id AS "folderId", c.model,
	c.system_prompt AS "systemPrompt", c.parameters, c.metadata, c.is_pinned AS "isPinned", c.is_temporary AS "isTemporary",
	c.archived_at AS "archivedAt", c.deleted_at AS "deletedAt", c.active_leaf_id AS "activeLeafId", c.message_count AS "messageCount",
	c.last_active_at AS "lastActiveAt", c.created_at AS "createdAt", c.updated_at AS "updatedAt",
	ARRAY(SELECT t.tag_id FROM conversation_tags t WHERE t.organization_id = c.organization_id AND t.conversation_id = c.id
		ORDER BY t.tag_id) AS "tagIds"`;

/** What a conversation begins with. */
export interface NewConversation {
	readonly kind?: ConversationKind | undefined;
	readonly title?: string | undefined;
	readonly titleSource?: TitleSource | undefined;
	readonly folderId?: string | null | undefined;
	readonly model?: string | null | undefined;
	readonly systemPrompt?: string | null | undefined;
	readonly parameters?: Record<string, unknown> | undefined;
	readonly metadata?: Record<string, unknown> | undefined;
	readonly isPinned?: boolean | undefined;
	readonly isTemporary?: boolean | undefined;
	readonly archivedAt?: Date | null | undefined;
	readonly importSource?: string | null | undefined;
	readonly importId?: string | null | undefined;
	readonly createdAt?: Date | undefined;
	readonly lastActiveAt?: Date | undefined;
}

/** Conversations of the person who acts; of the whole organization for a process of ours. */
@Injectable()
export class ConversationsRepository {
	/** Returns its id. */
	async insert(scope: TenantScope, userId: string, input: NewConversation): Promise<string> {
		const id = newId();
		const { createdAt, lastActiveAt } = input;
		await scope.transaction.manager.insert(ConversationEntity, {
			organizationId: scope.organizationId,
			id,
			userId,
			projectId: scope.projectId ?? null,
			kind: input.kind ?? 'chat',
			title: storableText(input.title ?? ''),
			titleSource: input.titleSource ?? 'none',
			folderId: input.folderId ?? null,
			model: storable(input.model),
			systemPrompt: storable(input.systemPrompt),
			parameters: storableJson(input.parameters ?? {}),
			metadata: storableJson(input.metadata ?? {}),
			isPinned: input.isPinned ?? false,
			isTemporary: input.isTemporary ?? false,
			archivedAt: input.archivedAt ?? null,
			importSource: storable(input.importSource),
			importId: storable(input.importId),
			...(createdAt === undefined ? {} : { createdAt }),
			...(lastActiveAt === undefined ? {} : { lastActiveAt }),
		});
		return id;
	}

	/** Also one in the trash. `toChange`: nobody else changes it until the end of the transaction. */
	async find(scope: TenantScope, id: string, toChange = false): Promise<ConversationRecord | undefined> {
		const [row] = await scope.transaction.manager.query<ConversationRecord[]>(
			`SELECT ${conversationColumns} FROM conversations c WHERE c.organization_id = $1 AND c.id = $2
				AND ($3::uuid IS NULL OR c.user_id = $3) ${toChange ? 'FOR UPDATE OF c' : ''}`,
			[scope.organizationId, id, userIdOf(scope) ?? null],
		);
		return row;
	}

	/** Those of one person, the last active first. */
	async page(
		{ organizationId, transaction }: TenantScope,
		userId: string,
		{ filter, limit, after }: PageRequest & { readonly filter: ConversationFilter },
	): Promise<Page<ConversationRecord>> {
		const { where, parameters } = conditionsOf(organizationId, userId, { filter, after });
		const rows = await transaction.manager.query<(ConversationRecord & { at: string })[]>(
			`SELECT ${conversationColumns}, ${listPosition} AS at FROM conversations c WHERE ${where}
			ORDER BY c.last_active_at DESC, c.id DESC LIMIT ${limit + 1}`,
			[...parameters],
		);
		const items = rows.slice(0, limit);
		const last = rows.length > limit ? items.at(-1) : undefined;
		return { items, next: last === undefined ? null : positionOf(last) };
	}

	/** One that was imported from there before, or is what was exported. Nobody else changes it until the end of the transaction. */
	async findImported(
		{ organizationId, transaction }: TenantScope,
		userId: string,
		{ format, key }: { readonly format: string; readonly key: string },
	): Promise<string | undefined> {
		await transaction.manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
			`import ${userId} ${key}`,
		]);
		const [row] = await transaction.manager.query<{ id: string }[]>(
			`SELECT id FROM conversations WHERE organization_id = $1 AND user_id = $2
				AND (import_source = $3 AND import_id = $4 OR $3 = 'parallama' AND id::text = $4)
			ORDER BY import_id IS NULL DESC LIMIT 1 FOR UPDATE`,
			[organizationId, userId, storable(format), storable(key)],
		);
		return row?.id;
	}

	/** After its messages came: which branch is shown, and when it was last active; `null` leaves it as it is. */
	async settleImport(
		{ organizationId, transaction }: TenantScope,
		id: string,
		{ activeLeafId, lastActiveAt }: { readonly activeLeafId: string | null; readonly lastActiveAt: Date | null },
	): Promise<void> {
		await transaction.manager.query(
			`UPDATE conversations SET active_leaf_id = coalesce($3, active_leaf_id), last_active_at = coalesce($4, last_active_at)
			WHERE organization_id = $1 AND id = $2`,
			[organizationId, id, activeLeafId, lastActiveAt],
		);
	}

	/** Of all of one person's, oldest first, but temporary ones and those in the trash. */
	async ids({ organizationId, transaction }: TenantScope, userId: string): Promise<string[]> {
		const rows = await transaction.manager.query<{ id: string }[]>(
			`SELECT id FROM conversations WHERE organization_id = $1 AND user_id = $2 AND deleted_at IS NULL AND kind = 'chat'
				AND NOT is_temporary ORDER BY created_at, id`,
			[organizationId, userId],
		);
		return rows.map(({ id }) => id);
	}

	async update(scope: TenantScope, id: string, change: ConversationChange): Promise<void> {
		const { organizationId, transaction } = scope;
		const columns = {
			...(change.title === undefined
				? {}
				: { title: storableText(change.title), titleSource: change.titleSource ?? ('person' as const) }),
			...(change.folderId === undefined ? {} : { folderId: change.folderId }),
			...(change.model === undefined ? {} : { model: storable(change.model) }),
			...(change.systemPrompt === undefined ? {} : { systemPrompt: storable(change.systemPrompt) }),
			...(change.parameters === undefined ? {} : { parameters: storableJson(change.parameters) }),
			...(change.metadata === undefined ? {} : { metadata: storableJson(change.metadata) }),
			...(change.isPinned === undefined ? {} : { isPinned: change.isPinned }),
			...(change.isArchived === undefined
				? {}
				: { archivedAt: change.isArchived ? () => 'coalesce(archived_at, now())' : null }),
			updatedAt: () => 'now()',
		};
		await transaction.manager.update(ConversationEntity, { organizationId, id }, columns);
	}

	/** Into the trash, or out of it. */
	async setTrash({ organizationId, transaction }: TenantScope, id: string, isTrash: boolean): Promise<void> {
		const deletedAt = isTrash ? () => 'coalesce(deleted_at, now())' : null;
		await transaction.manager.update(
			ConversationEntity,
			{ organizationId, id },
			{ deletedAt, updatedAt: () => 'now()' },
		);
	}

	async setActiveLeaf({ organizationId, transaction }: TenantScope, id: string, activeLeafId: string): Promise<void> {
		await transaction.manager.update(
			ConversationEntity,
			{ organizationId, id },
			{ activeLeafId, updatedAt: () => 'now()' },
		);
	}

	/** Nobody else changes these until the end of the transaction. Returns how many are the person's. */
	async hold({ organizationId, transaction }: TenantScope, userId: string, ids: readonly string[]): Promise<number> {
		const rows = await transaction.manager.query<unknown[]>(
			`SELECT FROM conversations WHERE organization_id = $1 AND user_id = $2 AND id = ANY ($3) AND NOT is_temporary
			ORDER BY id FOR UPDATE`,
			[organizationId, userId, ids],
		);
		return rows.length;
	}

	/** `assignment`: SQL of ours. */
	async assign(
		{ organizationId, transaction }: TenantScope,
		ids: readonly string[],
		assignment: string,
	): Promise<void> {
		await transaction.manager.query(
			`UPDATE conversations SET ${assignment}, updated_at = now() WHERE organization_id = $1 AND id = ANY ($2)`,
			[organizationId, ids],
		);
	}

	async move(
		{ organizationId, transaction }: TenantScope,
		ids: readonly string[],
		folderId: string | null,
	): Promise<void> {
		await transaction.manager.query(
			'UPDATE conversations SET folder_id = $3, updated_at = now() WHERE organization_id = $1 AND id = ANY ($2)',
			[organizationId, ids, folderId],
		);
	}

	async deleteAll({ organizationId, transaction }: TenantScope, ids: readonly string[]): Promise<void> {
		await transaction.manager.query('DELETE FROM conversations WHERE organization_id = $1 AND id = ANY ($2)', [
			organizationId,
			ids,
		]);
	}

	/** With everything in it. */
	async delete({ organizationId, transaction }: TenantScope, id: string): Promise<void> {
		await transaction.manager.delete(ConversationEntity, { organizationId, id });
	}
}

const storable = (text: string | null | undefined): string | null => (text == null ? null : storableText(text));
