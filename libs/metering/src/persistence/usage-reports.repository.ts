import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import type { UsageGroup } from '../usage-report.js';

export interface SumsRow {
	readonly isTotal: boolean;
	readonly group: string | null;
	readonly from: Date;
	readonly to: Date;
	readonly calls: string;
	readonly inputTokens: string;
	readonly cacheReadTokens: string;
	readonly cacheWriteTokens: string;
	readonly outputTokens: string;
	readonly reasoningTokens: string;
	readonly costNanoUsd: string;
}

const expressions: Readonly<Record<UsageGroup, string>> = {
	model: 'model',
	project: 'project_id::text',
	user: 'user_id::text',
	key: 'key_id::text',
	dialect: 'dialect',
	status: 'status',
	day: `to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD')`,
	hour: `to_char(date_trunc('hour', moment AT TIME ZONE 'UTC'), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`,
};

const measures = ['input_tokens', 'cache_read_tokens', 'cache_write_tokens', 'output_tokens', 'reasoning_tokens'];
const columns = `user_id, project_id, key_id, dialect, model, status, ${measures.join(', ')}, cost_nano_usd`;
const total = (column: string, name: string): string => `coalesce(sum(${column}), 0)::text AS "${name}"`;

@Injectable()
export class UsageReportsRepository {
	/**
	 * Sums of a period, to the microsecond: whole closed hours from the rollups, the others from the ledger. One statement
	 * sees one snapshot, so the answer equals the ledger's sum at every moment.
	 */
	async sums(scope: TenantScope, period: Period, groupBy: UsageGroup): Promise<SumsRow[]> {
		return scope.transaction.manager.query<SumsRow[]>(statement(expressions[groupBy]), [
			scope.organizationId,
			period.from ?? null,
			period.to ?? null,
			period.userId ?? null,
		]);
	}
}

export interface Period {
	readonly from: Date | undefined;
	readonly to: Date | undefined;
	/** Only this user's. */
	readonly userId: string | undefined;
}

const statement = (group: string): string => `
	WITH period AS (
		SELECT coalesce($2::timestamptz, date_trunc('day', coalesce($3::timestamptz, now()) - interval '30 days', 'UTC')) AS first,
			coalesce($3::timestamptz, now()) AS last
	), live AS MATERIALIZED ( -- hours that are not summed up, or cut by an end of the period
		SELECT w.hour FROM usage_open_windows w, period
		WHERE w.organization_id = $1 AND w.hour >= date_trunc('hour', first, 'UTC') AND w.hour < last
		UNION SELECT date_trunc('hour', first, 'UTC') FROM period WHERE first <> date_trunc('hour', first, 'UTC')
		UNION SELECT date_trunc('hour', last, 'UTC') FROM period WHERE last <> date_trunc('hour', last, 'UTC')
	), parts AS (
		SELECT r.hour AS moment, r.calls, ${columns.replaceAll(/(\w+)/g, 'r.$1')} FROM usage_rollups_hourly r, period
		WHERE r.organization_id = $1 AND r.hour >= first AND r.hour < last AND NOT EXISTS (SELECT FROM live WHERE live.hour = r.hour)
		UNION ALL
		SELECT e.occurred_at, (e.kind = 'call')::integer::bigint, ${columns.replaceAll(/(\w+)/g, 'e.$1')}
		FROM period, live JOIN usage_events e ON e.organization_id = $1
			AND e.occurred_on = (live.hour AT TIME ZONE 'UTC')::date
			AND e.occurred_at >= live.hour AND e.occurred_at < live.hour + interval '1 hour'
		WHERE e.occurred_at >= first AND e.occurred_at < last
	), sums AS (
		SELECT grouping(${group}) = 1 AS "isTotal", ${group} AS "group", ${total('calls', 'calls')},
			${measures.map((column) => total(column, camelCase(column))).join(', ')}, ${total('cost_nano_usd', 'costNanoUsd')}
		FROM parts WHERE $4::uuid IS NULL OR user_id = $4
		GROUP BY GROUPING SETS ((${group}), ())
	)
	SELECT sums.*, first AS "from", last AS "to" FROM sums, period ORDER BY "isTotal", "group" NULLS LAST`;

const camelCase = (name: string): string => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
