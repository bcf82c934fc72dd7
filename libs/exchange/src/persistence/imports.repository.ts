import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { newId, type Page, type PageRequest, pageOf, storableJson, storableText } from '#libs/kernel';
import {
	IMPORT_KEPT_DAYS,
	type ImportCounts,
	type ImportOrder,
	type ImportRecord,
	type ImportState,
	noCounts,
	type ReportLine,
} from '../import.js';
import { ImportEntity } from './import.entity.js';

const columns = `id, name, is_dry_run AS "isDryRun", state, progress, bytes::float8 AS bytes, counts, problem,
	created_at AS "createdAt", finished_at AS "finishedAt"`;

type Row = Omit<ImportRecord, 'counts' | 'report'> & {
	readonly counts: Partial<ImportCounts>;
	readonly report?: readonly ReportLine[];
};
const recordOf = (row: Row): ImportRecord => ({
	...row,
	counts: { ...noCounts, ...row.counts },
	report: row.report ?? [],
});

/** One try at an import. */
export interface ImportRun {
	readonly id: string;
	readonly runId: string;
}

export interface ImportReached {
	readonly progress: number;
	readonly counts: ImportCounts;
	readonly report: readonly ReportLine[];
}

/** Files that people brought along. */
@Injectable()
export class ImportsRepository {
	async insert(
		{ organizationId, transaction }: TenantScope,
		{
			name,
			...row
		}: { id: string; name: string; userId: string; isDryRun: boolean; storageKey: string; bytes: number },
	): Promise<void> {
		await transaction.manager.insert(ImportEntity, {
			organizationId,
			...row,
			name: storableText(name),
			bytes: String(row.bytes),
		});
	}

	/** Of one person. Nobody else adds one until the end of the transaction. */
	async count({ organizationId, transaction }: TenantScope, userId: string): Promise<number> {
		await transaction.manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`imports ${userId}`]);
		return transaction.manager.countBy(ImportEntity, { organizationId, userId });
	}

	async find(
		{ organizationId, transaction }: TenantScope,
		userId: string,
		id: string,
	): Promise<ImportRecord | undefined> {
		const [row] = await transaction.manager.query<Row[]>(
			`SELECT ${columns}, report FROM imports WHERE organization_id = $1 AND user_id = $2 AND id = $3`,
			[organizationId, userId, id],
		);
		return row === undefined ? undefined : recordOf(row);
	}

	/** Newest first, without their reports. */
	async page(
		{ organizationId, transaction }: TenantScope,
		userId: string,
		{ limit, after }: PageRequest,
	): Promise<Page<ImportRecord>> {
		const rows = await transaction.manager.query<Row[]>(
			`SELECT ${columns} FROM imports WHERE organization_id = $1 AND user_id = $2 AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
			[organizationId, userId, after ?? null, limit + 1],
		);
		const { items, next } = pageOf(rows, limit);
		return { items: items.map(recordOf), next };
	}

	async cancel({ organizationId, transaction }: TenantScope, id: string): Promise<void> {
		await transaction.manager.query(
			`UPDATE imports SET state = 'cancelled', finished_at = now(), updated_at = now()
			WHERE organization_id = $1 AND id = $2 AND state IN ('waiting', 'running', 'failed')`,
			[organizationId, id],
		);
	}

	async delete({ organizationId, transaction }: TenantScope, id: string): Promise<void> {
		await transaction.manager.delete(ImportEntity, { organizationId, id });
	}

	/** Returns how many there were. */
	async deleteOld({ organizationId, transaction }: TenantScope): Promise<number> {
		const [, deleted] = await transaction.manager.query<[unknown, number]>(
			'DELETE FROM imports WHERE organization_id = $1 AND created_at < now() - make_interval(days => $2)',
			[organizationId, IMPORT_KEPT_DAYS],
		);
		return deleted;
	}

	/** A run begins; the one before is not wanted any more. `undefined`: the import is over, or gone. */
	async begin(
		{ organizationId, transaction }: TenantScope,
		id: string,
	): Promise<(ImportOrder & ImportRun) | undefined> {
		const [[row]] = await transaction.manager.query<[(ImportOrder & ImportRun)[], number]>(
			`UPDATE imports SET state = 'running', run_id = $3, progress = 0, problem = NULL, finished_at = NULL, updated_at = now()
			WHERE organization_id = $1 AND id = $2 AND state IN ('waiting', 'running', 'failed')
			RETURNING id, run_id AS "runId", user_id AS "userId", is_dry_run AS "isDryRun", storage_key AS "storageKey", bytes::float8 AS bytes`,
			[organizationId, id, newId()],
		);
		return row;
	}

	/** False: nobody wants this run any more. */
	async progress(
		{ organizationId, transaction }: TenantScope,
		{ id, runId }: ImportRun,
		{ progress, counts, report }: ImportReached,
	): Promise<boolean> {
		const [, updated] = await transaction.manager.query<[unknown, number]>(
			`UPDATE imports SET progress = $4, counts = $5, report = $6, updated_at = now()
			WHERE organization_id = $1 AND id = $2 AND run_id = $3 AND state = 'running'`,
			[organizationId, id, runId, progress, JSON.stringify(counts), JSON.stringify(storableJson(report))],
		);
		return updated === 1;
	}

	async end(
		{ organizationId, transaction }: TenantScope,
		{ id, runId }: ImportRun,
		{ state, problem }: { readonly state: ImportState; readonly problem: string | null },
	): Promise<void> {
		await transaction.manager.query(
			`UPDATE imports SET state = $4, problem = $5, finished_at = now(), updated_at = now()
			WHERE organization_id = $1 AND id = $2 AND run_id = $3 AND state = 'running'`,
			[organizationId, id, runId, state, problem],
		);
	}
}
