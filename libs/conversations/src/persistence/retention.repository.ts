import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { defaultRetention, type Retention, type RetentionChange, type RetentionClass } from '../retention.js';

/** Which rows a class has, and since when each waits. Trash counts from the deletion, all others from the last message. */
const members: Readonly<Record<RetentionClass, { readonly where: string; readonly since: string }>> = {
	active: { where: 'deleted_at IS NULL AND NOT is_temporary AND archived_at IS NULL', since: 'last_active_at' },
	archived: { where: 'deleted_at IS NULL AND NOT is_temporary AND archived_at IS NOT NULL', since: 'last_active_at' },
	trash: { where: 'deleted_at IS NOT NULL', since: 'deleted_at' },
	temporary: { where: 'deleted_at IS NULL AND is_temporary', since: 'last_active_at' },
};

/** How long an organization keeps conversations. */
@Injectable()
export class RetentionRepository {
	async read({ organizationId, transaction }: TenantScope): Promise<Retention> {
		const rows = await transaction.manager.query<{ class: RetentionClass; days: number | null }[]>(
			'SELECT class, keep_days AS days FROM conversation_retention WHERE organization_id = $1',
			[organizationId],
		);
		return { ...defaultRetention, ...Object.fromEntries(rows.map((row) => [row.class, row.days])) };
	}

	async write({ organizationId, transaction }: TenantScope, change: RetentionChange): Promise<void> {
		const entries = Object.entries(change).filter(([, days]) => days !== undefined);
		await transaction.manager.query(
			`INSERT INTO conversation_retention (organization_id, class, keep_days) SELECT $1, c, d FROM unnest($2::text[], $3::int[]) AS r(c, d)
			ON CONFLICT (organization_id, class) DO UPDATE SET keep_days = excluded.keep_days, updated_at = now()`,
			[organizationId, entries.map(([name]) => name), entries.map(([, days]) => days)],
		);
	}

	/** Removes at most `limit` conversations of a class that are older, the oldest first. Returns how many there were. */
	async purge(
		{ organizationId, transaction }: TenantScope,
		name: RetentionClass,
		{ days, limit }: { readonly days: number; readonly limit: number },
	): Promise<number> {
		const { where, since } = members[name];
		const [, count] = await transaction.manager.query<[unknown, number]>(
			`DELETE FROM conversations WHERE organization_id = $1 AND id IN (SELECT id FROM conversations
				WHERE organization_id = $1 AND ${where} AND ${since} < now() - make_interval(days => $2)
				ORDER BY ${since} LIMIT $3 FOR UPDATE SKIP LOCKED)`,
			[organizationId, days, limit],
		);
		return count;
	}
}
