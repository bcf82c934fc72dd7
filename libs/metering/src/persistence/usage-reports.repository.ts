import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import type { UsageGroup } from '../usage-report.js';
import type { DimensionColumn } from './usage-cuts.js';
import { PARTS_PARAMETERS, partsOf, type Step, zoneOf } from './usage-parts.js';

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

interface Grouping {
	readonly sql: string;
	readonly columns: readonly DimensionColumn[];
	readonly step?: Step;
}

const groupings: Readonly<Record<UsageGroup, Grouping>> = {
	model: { sql: 'model', columns: ['model'] },
	project: { sql: 'project_id::text', columns: ['project_id'] },
	user: { sql: 'user_id::text', columns: ['user_id'] },
	key: { sql: 'key_id::text', columns: ['key_id'] },
	dialect: { sql: 'dialect', columns: ['dialect'] },
	status: { sql: 'status', columns: ['status'] },
	day: {
		sql: `to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD')`,
		columns: [],
		step: { unit: 'day', zone: 'UTC' },
	},
	hour: {
		sql: `to_char(date_trunc('hour', moment AT TIME ZONE 'UTC'), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`,
		columns: [],
		step: { unit: 'hour' },
	},
};

const measures = ['input_tokens', 'cache_read_tokens', 'cache_write_tokens', 'output_tokens', 'reasoning_tokens'];
const total = (column: string, name: string): string => `coalesce(sum(${column}), 0)::text AS "${name}"`;

@Injectable()
export class UsageReportsRepository {
	/** Sums of a period, to the microsecond; they equal the ledger's at every moment. */
	async sums(scope: TenantScope, period: Period, groupBy: UsageGroup): Promise<SumsRow[]> {
		return scope.transaction.manager.query<SumsRow[]>(statement(groupings[groupBy], period.userId !== undefined), [
			scope.organizationId,
			period.from ?? null,
			period.to ?? null,
			zoneOf(groupings[groupBy].step),
			...(period.userId === undefined ? [] : [period.userId]),
		]);
	}
}

export interface Period {
	readonly from: Date | undefined;
	readonly to: Date | undefined;
	/** Only this user's. */
	readonly userId: string | undefined;
}

const statement = ({ sql, columns, step }: Grouping, ofUser: boolean): string => `
	WITH ${partsOf(ofUser ? [...columns, 'user_id'] : columns, step)}, sums AS (
		SELECT grouping(${sql}) = 1 AS "isTotal", ${sql} AS "group", ${total('calls', 'calls')},
			${measures.map((column) => total(column, camelCase(column))).join(', ')}, ${total('cost_nano_usd', 'costNanoUsd')}
		FROM parts ${ofUser ? `WHERE user_id = $${PARTS_PARAMETERS + 1}` : ''}
		GROUP BY GROUPING SETS ((${sql}), ())
	)
	SELECT sums.*, first AS "from", last AS "to" FROM sums, period ORDER BY "isTotal", "group" NULLS LAST`;

const camelCase = (name: string): string => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
