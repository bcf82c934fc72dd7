import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import type { BudgetRecord } from '../rules/budget.js';

/** When the running period of a budget began, and when the next one begins. */
export interface BudgetTerm {
	readonly startsAt: Date;
	/** `null`: never. */
	readonly endsAt: Date | null;
}

/** What was spent with one model, by one name. */
export interface SpentOnModel {
	readonly dialect: string;
	readonly alias: string;
	readonly model: string;
	readonly costNanoUsd: string;
}

/** By PostgreSQL's clock. A lifetime begins with the budget. */
const term = `SELECT b.id, CASE WHEN period = 'lifetime' THEN b.created_at ELSE date_trunc(period, now() AT TIME ZONE zone.name) AT TIME ZONE zone.name
		END AS "startsAt",
	CASE WHEN period <> 'lifetime' THEN (date_trunc(period, now() AT TIME ZONE zone.name) + ('1 ' || period)::interval) AT TIME ZONE zone.name
		END AS "endsAt"
	FROM budgets b JOIN organizations o ON o.id = b.organization_id
	CROSS JOIN LATERAL (SELECT CASE b.zone WHEN 'organization' THEN o.time_zone ELSE 'UTC' END AS name) zone
	WHERE b.organization_id = $1 AND b.id = ANY ($2::uuid[])`;

const attached = (alias: string): string =>
	`($3::uuid IS NULL OR ${alias}.project_id = $3) AND ($4::uuid IS NULL OR ${alias}.user_id = $4) AND ($5::uuid IS NULL OR ${alias}.key_id = $5)`;

/** Whole closed hours from the rollups, the others from the ledger, in one snapshot: what it says is what the ledger says. */
const spent = `WITH live AS MATERIALIZED (
		SELECT w.hour FROM usage_open_windows w WHERE w.organization_id = $1 AND w.hour >= date_trunc('hour', $2::timestamptz, 'UTC')
		UNION SELECT date_trunc('hour', $2::timestamptz, 'UTC') WHERE date_trunc('hour', $2::timestamptz, 'UTC') <> $2::timestamptz
	), parts AS (
		SELECT r.dialect, r.alias, r.model, r.cost_nano_usd FROM usage_rollups_hourly r
		WHERE r.organization_id = $1 AND r.hour >= $2 AND NOT EXISTS (SELECT FROM live WHERE live.hour = r.hour) AND ${attached('r')}
		UNION ALL
		SELECT e.dialect, e.alias, e.model, e.cost_nano_usd FROM live JOIN usage_events e ON e.organization_id = $1
			AND e.occurred_on = (live.hour AT TIME ZONE 'UTC')::date
			AND e.occurred_at >= live.hour AND e.occurred_at < live.hour + interval '1 hour'
		WHERE e.occurred_at >= $2 AND ${attached('e')}
	) SELECT dialect, alias, model, sum(cost_nano_usd)::text AS "costNanoUsd" FROM parts GROUP BY 1, 2, 3`;

/** What the ledger says of budgets. */
@Injectable()
export class SpendingRepository {
	/** By id. */
	async terms({ organizationId, transaction }: TenantScope, ids: readonly string[]): Promise<Map<string, BudgetTerm>> {
		const rows = await transaction.manager.query<(BudgetTerm & { id: string })[]>(term, [organizationId, ids]);
		return new Map(rows.map((row) => [row.id, row]));
	}

	/** By whom the budget binds, since then. */
	async since(
		{ organizationId, transaction }: TenantScope,
		startsAt: Date,
		{ attachment, attachmentId }: Pick<BudgetRecord, 'attachment' | 'attachmentId'>,
	): Promise<SpentOnModel[]> {
		const only = (what: string): string | null => (attachment === what ? attachmentId : null);
		return transaction.manager.query<SpentOnModel[]>(spent, [
			organizationId,
			startsAt,
			only('project'),
			only('user'),
			only('key'),
		]);
	}
}
