import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { type Cut, cuts, dimensionColumns, sumColumns } from './usage-cuts.js';

const DIMENSIONS = dimensionColumns.join(', ');
const MEASURES = `calls, ${sumColumns.join(', ')}, latency, first_token`;

/** Windows that are summed up from the ledger, and where it is noted which of them are to be made again. */
export const windows = {
	minute: { table: 'usage_rollups_minutely', marks: 'usage_open_minutes' },
	hour: { table: 'usage_rollups_hourly', marks: 'usage_open_windows' },
} as const;
export type LedgerWindow = keyof typeof windows;

const ofLedger = `count(*) FILTER (WHERE kind = 'call'),
	${sumColumns
		.filter((name) => name !== 'duration_ms')
		.map((name) => `sum(${name})`)
		.join(', ')},
	coalesce(sum(duration_ms) FILTER (WHERE kind = 'call'), 0),
	sum_of_histograms(histogram_of(duration_ms)) FILTER (WHERE kind = 'call'),
	sum_of_histograms(histogram_of(first_token_ms)) FILTER (WHERE kind = 'call')`;
const ofSums = `sum(calls), ${sumColumns.map((name) => `sum(${name})`).join(', ')},
	sum_of_histograms(latency), sum_of_histograms(first_token)`;

/** How long the sums of minutes are kept. Questions read them for a little less: the sums they see are surely there. */
export const MINUTES_KEPT_HOURS = 48;

/** Sums of the ledger, and which windows need theirs made again. Days are UTC, as `YYYY-MM-DD`. */
@Injectable()
export class UsageRollupsRepository {
	/** The first day with a window that is over and that the ledger changed since it was summed up. */
	async dueDay(scope: TenantScope, window: LedgerWindow): Promise<string | undefined> {
		const [row] = await scope.transaction.manager.query<{ day: string | null }[]>(
			`SELECT (min(${window}) AT TIME ZONE 'UTC')::date::text AS day FROM ${windows[window].marks}
			WHERE organization_id = $1 AND ${window} < date_trunc('${window}', now(), 'UTC')`,
			[scope.organizationId],
		);
		return row?.day ?? undefined;
	}

	/** Two workers make the sums of one day one after the other, since the day's own are made of all of its hours. */
	async lockDay(scope: TenantScope, day: string): Promise<void> {
		await scope.transaction.manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
			`usage ${scope.organizationId} ${day}`,
		]);
	}

	/**
	 * Closes the windows of a day that are over. Their marks go first: `append_usage` touches the mark after its rows, so
	 * whoever comes second waits here, and either the sums hold those rows or the window is open again.
	 */
	async close(scope: TenantScope, window: LedgerWindow, day: string): Promise<Date[]> {
		const { marks } = windows[window];
		const [rows] = await scope.transaction.manager.query<[{ start: Date }[], number]>(
			`DELETE FROM ${marks} WHERE organization_id = $1 AND ${window} = ANY (ARRAY(
				SELECT ${window} FROM ${marks} WHERE organization_id = $1 AND ${window} < date_trunc('${window}', now(), 'UTC')
					AND ${window} >= $2::date::timestamp AT TIME ZONE 'UTC' AND ${window} < ($2::date + 1)::timestamp AT TIME ZONE 'UTC'
				ORDER BY 1 FOR UPDATE))
			RETURNING ${window} AS start`,
			[scope.organizationId, day],
		);
		return rows.map(({ start }) => start);
	}

	/** Whether the ledger still has the day. Of one that was dropped the sums are all there is: they are never made again. */
	async hasLedgerOf(scope: TenantScope, day: string): Promise<boolean> {
		const [row] = await scope.transaction.manager.query<{ has: boolean }[]>(
			`SELECT to_regclass('public.usage_events_' || to_char($1::date, 'YYYYMMDD')) IS NOT NULL AS has`,
			[day],
		);
		return row?.has ?? false;
	}

	/** Replaces the sums of windows of one day by those of the ledger. Corrections count with tokens and cost, not as calls. */
	async replace(scope: TenantScope, window: LedgerWindow, day: string, starts: readonly Date[]): Promise<void> {
		const { table } = windows[window];
		await scope.transaction.manager.query(`DELETE FROM ${table} WHERE organization_id = $1 AND ${window} = ANY ($2)`, [
			scope.organizationId,
			starts,
		]);
		await scope.transaction.manager.query(
			`INSERT INTO ${table} (organization_id, ${window}, ${DIMENSIONS}, ${MEASURES})
			SELECT $1::uuid, date_trunc('${window}', occurred_at, 'UTC') AS start, ${DIMENSIONS}, ${ofLedger} FROM usage_events
			WHERE organization_id = $1 AND occurred_on = $3
				AND occurred_at >= (SELECT min(start) FROM unnest($2::timestamptz[]) start)
				AND occurred_at < (SELECT max(start) FROM unnest($2::timestamptz[]) start) + interval '1 ${window}'
				AND date_trunc('${window}', occurred_at, 'UTC') = ANY ($2)
			GROUP BY start, ${DIMENSIONS}`,
			[scope.organizationId, starts, day],
		);
	}

	/** Replaces what is summed up from the sums of hours: their summaries, and those of the day and the day itself. */
	async replaceDay(scope: TenantScope, day: string, hours: readonly Date[]): Promise<void> {
		const { manager } = scope.transaction;
		const parameters = [scope.organizationId, day];
		await manager.query(
			`DELETE FROM usage_summaries WHERE organization_id = $1 AND (grain = 'hour' AND starts_at = ANY ($3)
				OR grain = 'day' AND starts_at = $2::date::timestamp AT TIME ZONE 'UTC')`,
			[...parameters, hours],
		);
		for (const cut of Object.keys(cuts) as Cut[]) {
			await manager.query(summarize('hour', cut), [...parameters, hours]);
			await manager.query(summarize('day', cut), parameters);
		}
		await manager.query(
			`DELETE FROM usage_rollups_daily WHERE organization_id = $1 AND day = $2::date::timestamp AT TIME ZONE 'UTC'`,
			parameters,
		);
		await manager.query(
			`INSERT INTO usage_rollups_daily (organization_id, day, ${DIMENSIONS}, ${MEASURES})
			SELECT $1::uuid, $2::date::timestamp AT TIME ZONE 'UTC', ${DIMENSIONS}, ${ofSums} FROM usage_rollups_hourly
			WHERE ${ofDay} GROUP BY ${DIMENSIONS}`,
			parameters,
		);
	}

	/** Forgets minutes that are too old to be asked for. */
	async dropMinutes(scope: TenantScope): Promise<void> {
		for (const table of [windows.minute.marks, windows.minute.table])
			await scope.transaction.manager.query(
				`DELETE FROM ${table} WHERE organization_id = $1 AND minute < now() - interval '${MINUTES_KEPT_HOURS} hours'`,
				[scope.organizationId],
			);
	}

	/** Marks every hour of a period that has rows in the ledger, or sums of a day that the ledger still has. Returns how many. */
	async open(scope: TenantScope, from: Date, to: Date): Promise<number> {
		const [row] = await scope.transaction.manager.query<{ opened: number }[]>(
			`WITH days AS (
				SELECT to_date(right(c.relname, 8), 'YYYYMMDD') AS day
				FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'public.usage_events'::regclass
			), ledger AS MATERIALIZED (
				SELECT DISTINCT date_trunc('minute', occurred_at, 'UTC') AS minute FROM usage_events
				WHERE organization_id = $1 AND occurred_at >= $2 AND occurred_at < $3
					AND occurred_on BETWEEN ($2::timestamptz AT TIME ZONE 'UTC')::date AND ($3::timestamptz AT TIME ZONE 'UTC')::date
			), hours AS (
				INSERT INTO usage_open_windows (organization_id, hour)
				SELECT $1::uuid, hour FROM (
					SELECT date_trunc('hour', minute, 'UTC') AS hour FROM ledger
					UNION SELECT hour FROM usage_rollups_hourly JOIN days ON day = (hour AT TIME ZONE 'UTC')::date
					WHERE organization_id = $1 AND hour >= $2 AND hour < $3
				) hours ORDER BY hour
				ON CONFLICT (organization_id, hour) DO UPDATE SET version = usage_open_windows.version + 1
				RETURNING hour
			), minutes AS (
				INSERT INTO usage_open_minutes (organization_id, minute)
				SELECT $1::uuid, minute FROM (
					SELECT minute FROM ledger
					UNION SELECT minute FROM usage_rollups_minutely WHERE organization_id = $1 AND minute >= $2 AND minute < $3
				) minutes WHERE minute > now() - interval '${MINUTES_KEPT_HOURS} hours' ORDER BY minute
				ON CONFLICT (organization_id, minute) DO UPDATE SET version = usage_open_minutes.version + 1
			)
			SELECT count(*)::integer AS opened FROM hours`,
			[scope.organizationId, from, to],
		);
		return row?.opened ?? 0;
	}
}

const ofDay = `organization_id = $1 AND hour >= $2::date::timestamp AT TIME ZONE 'UTC' AND hour < ($2::date + 1)::timestamp AT TIME ZONE 'UTC'`;

function summarize(grain: 'hour' | 'day', cut: Cut): string {
	const by = cuts[cut].join(', ');
	return `INSERT INTO usage_summaries (organization_id, grain, cut, starts_at, ${by}, ${MEASURES})
		SELECT $1::uuid, '${grain}', '${cut}', date_trunc('${grain}', hour, 'UTC') AS start, ${by}, ${ofSums} FROM usage_rollups_hourly
		WHERE ${ofDay}${grain === 'hour' ? ' AND hour = ANY ($3)' : ''} GROUP BY start, ${by}`;
}
