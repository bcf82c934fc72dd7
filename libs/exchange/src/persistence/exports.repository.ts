import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { newId, type Page, type PageRequest, pageOf } from '#libs/kernel';
import type { StoredFile } from '#libs/storage';
import { type ExportInput, type ExportOrder, type ExportRecord, KEPT_HOURS } from '../export.js';
import { ExportEntity } from './export.entity.js';

const columns = `id, form, state, done, total, messages::float8 AS messages, bytes::float8 AS bytes, sha256, problem,
	created_at AS "createdAt", finished_at AS "finishedAt", expires_at AS "expiresAt"`;

/** One try at an export. */
export interface ExportRun {
	readonly id: string;
	readonly storageKey: string;
}

/** What a person wanted to have as a file. */
@Injectable()
export class ExportsRepository {
	/** Returns its id. */
	async insert(
		{ organizationId, transaction }: TenantScope,
		userId: string,
		{ form, conversationIds }: ExportInput,
	): Promise<string> {
		const id = newId();
		await transaction.manager.insert(ExportEntity, {
			organizationId,
			id,
			userId,
			form,
			conversationIds: conversationIds === undefined ? null : [...conversationIds],
			storageKey: keyOf(id),
		});
		return id;
	}

	/** Of one person. Nobody else adds one until the end of the transaction. */
	async count({ organizationId, transaction }: TenantScope, userId: string): Promise<number> {
		await transaction.manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`exports ${userId}`]);
		const [row] = await transaction.manager.query<{ n: number }[]>(
			'SELECT count(*)::int AS n FROM exports WHERE organization_id = $1 AND user_id = $2',
			[organizationId, userId],
		);
		return row?.n ?? 0;
	}

	async find(
		{ organizationId, transaction }: TenantScope,
		userId: string,
		id: string,
	): Promise<ExportRecord | undefined> {
		const [row] = await transaction.manager.query<ExportRecord[]>(
			`SELECT ${columns} FROM exports WHERE organization_id = $1 AND user_id = $2 AND id = $3`,
			[organizationId, userId, id],
		);
		return row;
	}

	/** Where the file of one that is ready lies. */
	async fileOf({ organizationId, transaction }: TenantScope, id: string): Promise<string | undefined> {
		const [row] = await transaction.manager.query<{ key: string }[]>(
			`SELECT storage_key AS key FROM exports WHERE organization_id = $1 AND id = $2 AND state = 'ready'`,
			[organizationId, id],
		);
		return row?.key;
	}

	/** Newest first. */
	async page(
		{ organizationId, transaction }: TenantScope,
		userId: string,
		{ limit, after }: PageRequest,
	): Promise<Page<ExportRecord>> {
		const rows = await transaction.manager.query<ExportRecord[]>(
			`SELECT ${columns} FROM exports WHERE organization_id = $1 AND user_id = $2 AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
			[organizationId, userId, after ?? null, limit + 1],
		);
		return pageOf(rows, limit);
	}

	/** False: it was over already. */
	async cancel({ organizationId, transaction }: TenantScope, id: string): Promise<boolean> {
		const [, cancelled] = await transaction.manager.query<[unknown, number]>(
			`UPDATE exports SET state = 'cancelled', finished_at = now(), expires_at = now() + make_interval(hours => $3), updated_at = now()
			WHERE organization_id = $1 AND id = $2 AND state IN ('waiting', 'running', 'failed')`,
			[organizationId, id, KEPT_HOURS],
		);
		return cancelled === 1;
	}

	async delete({ organizationId, transaction }: TenantScope, id: string): Promise<void> {
		await transaction.manager.delete(ExportEntity, { organizationId, id });
	}

	/** Returns how many there were. */
	async deleteExpired({ organizationId, transaction }: TenantScope): Promise<number> {
		const [, deleted] = await transaction.manager.query<[unknown, number]>(
			'DELETE FROM exports WHERE organization_id = $1 AND expires_at < now()',
			[organizationId],
		);
		return deleted;
	}

	/**
	 * A run of it begins, under a storage key of its own: the one before, should it still be going on, is not wanted any more.
	 * `undefined`: the export is over, or gone.
	 */
	async begin({ organizationId, transaction }: TenantScope, id: string): Promise<ExportOrder | undefined> {
		const [row] = await transaction.manager.query<(Omit<ExportOrder, 'conversationIds'> & { ids: string[] | null })[]>(
			`WITH before AS (
				SELECT storage_key FROM exports WHERE organization_id = $1 AND id = $2 AND state IN ('waiting', 'running', 'failed') FOR UPDATE
			), noted AS (
				INSERT INTO removed_files (organization_id, id, storage_key) SELECT $1, $3, storage_key FROM before
			), begun AS (
				UPDATE exports e SET state = 'running', done = 0, total = NULL, messages = 0, problem = NULL, expires_at = NULL,
					finished_at = NULL, storage_key = $4, updated_at = now()
				FROM before WHERE e.organization_id = $1 AND e.id = $2 RETURNING e.*
			)
			SELECT user_id AS "userId", form, storage_key AS "storageKey", conversation_ids AS ids FROM begun`,
			[organizationId, id, newId(), keyOf(id)],
		);
		if (row === undefined) return undefined;
		const { ids, ...order } = row;
		return { ...order, conversationIds: ids ?? undefined };
	}

	/** False: nobody wants this run any more. */
	async progress(
		{ organizationId, transaction }: TenantScope,
		{ id, storageKey }: ExportRun,
		{ done, total, messages }: Pick<ExportRecord, 'done' | 'total' | 'messages'>,
	): Promise<boolean> {
		const [, updated] = await transaction.manager.query<[unknown, number]>(
			`UPDATE exports SET done = $4, total = $5, messages = $6, updated_at = now()
			WHERE organization_id = $1 AND id = $2 AND storage_key = $3 AND state = 'running'`,
			[organizationId, id, storageKey, done, total, messages],
		);
		return updated === 1;
	}

	/** False: nobody wants this run any more. */
	async finish(
		{ organizationId, transaction }: TenantScope,
		{ id, storageKey }: ExportRun,
		file: StoredFile,
	): Promise<boolean> {
		const [, updated] = await transaction.manager.query<[unknown, number]>(
			`UPDATE exports SET state = 'ready', bytes = $4, sha256 = $5, finished_at = now(),
				expires_at = now() + make_interval(hours => $6), updated_at = now()
			WHERE organization_id = $1 AND id = $2 AND storage_key = $3 AND state = 'running'`,
			[organizationId, id, storageKey, file.bytes, file.sha256, KEPT_HOURS],
		);
		return updated === 1;
	}

	async fail(
		{ organizationId, transaction }: TenantScope,
		{ id, storageKey }: ExportRun,
		problem: string,
	): Promise<void> {
		await transaction.manager.query(
			`UPDATE exports SET state = 'failed', problem = $4, finished_at = now(), expires_at = now() + make_interval(hours => $5), updated_at = now()
			WHERE organization_id = $1 AND id = $2 AND storage_key = $3 AND state = 'running'`,
			[organizationId, id, storageKey, problem, KEPT_HOURS],
		);
	}
}

const keyOf = (id: string): string => `exports/${id}-${newId()}.zip`;
