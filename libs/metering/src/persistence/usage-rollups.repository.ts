import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';

const DIMENSIONS = 'project_id, user_id, key_id, dialect, operation, provider_id, model, alias, status';
const SUMS = `sum(input_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(output_tokens), sum(reasoning_tokens), sum(cost_nano_usd)`;

/** Hourly sums, and which hours need them made again. */
@Injectable()
export class UsageRollupsRepository {
	/** Hours that are over and that the ledger changed since they were summed up, oldest first. */
	async dueHours(scope: TenantScope, limit: number): Promise<Date[]> {
		const rows = await scope.transaction.manager.query<{ hour: Date }[]>(
			`SELECT hour FROM usage_open_windows
			WHERE organization_id = $1 AND hour < date_trunc('hour', now(), 'UTC') ORDER BY hour LIMIT $2`,
			[scope.organizationId, limit],
		);
		return rows.map(({ hour }) => hour);
	}

	/**
	 * Closes an hour. Its mark goes first: `append_usage` touches the mark after its rows, so whoever comes second waits
	 * here, and either the sums below hold those rows or the hour is open again.
	 */
	async close(scope: TenantScope, hour: Date): Promise<boolean> {
		const [, closed] = await scope.transaction.manager.query<[unknown[], number]>(
			'DELETE FROM usage_open_windows WHERE organization_id = $1 AND hour = $2',
			[scope.organizationId, hour],
		);
		return closed === 1;
	}

	/** Replaces the sums of an hour by those of the ledger. Corrections count with their tokens and cost, not as calls. */
	async replace(scope: TenantScope, hour: Date): Promise<void> {
		const { manager } = scope.transaction;
		await manager.query('DELETE FROM usage_rollups_hourly WHERE organization_id = $1 AND hour = $2', [
			scope.organizationId,
			hour,
		]);
		await manager.query(
			`INSERT INTO usage_rollups_hourly (organization_id, hour, ${DIMENSIONS}, calls, input_tokens, cache_read_tokens,
				cache_write_tokens, output_tokens, reasoning_tokens, cost_nano_usd, duration_ms)
			SELECT $1::uuid, $2::timestamptz, ${DIMENSIONS}, count(*) FILTER (WHERE kind = 'call'), ${SUMS},
				coalesce(sum(duration_ms) FILTER (WHERE kind = 'call'), 0)
			FROM usage_events
			WHERE organization_id = $1 AND occurred_on = ($2::timestamptz AT TIME ZONE 'UTC')::date
				AND occurred_at >= $2 AND occurred_at < $2::timestamptz + interval '1 hour'
			GROUP BY ${DIMENSIONS}`,
			[scope.organizationId, hour],
		);
	}

	/** Marks every hour of a period that has rows in the ledger or sums. Returns how many. */
	async open(scope: TenantScope, from: Date, to: Date): Promise<number> {
		const rows = await scope.transaction.manager.query<unknown[]>(
			`INSERT INTO usage_open_windows (organization_id, hour)
			SELECT $1::uuid, hour FROM (
				SELECT date_trunc('hour', occurred_at, 'UTC') AS hour FROM usage_events
				WHERE organization_id = $1 AND occurred_at >= $2 AND occurred_at < $3
					AND occurred_on BETWEEN ($2::timestamptz AT TIME ZONE 'UTC')::date AND ($3::timestamptz AT TIME ZONE 'UTC')::date
				UNION SELECT hour FROM usage_rollups_hourly WHERE organization_id = $1 AND hour >= $2 AND hour < $3
			) hours ORDER BY hour
			ON CONFLICT (organization_id, hour) DO UPDATE SET version = usage_open_windows.version + 1
			RETURNING hour`,
			[scope.organizationId, from, to],
		);
		return rows.length;
	}
}
