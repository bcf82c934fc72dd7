import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import {
	type BreakdownQuery,
	type SumTexts,
	type UsageDimension,
	type UsageFilter,
	usageDimensions,
} from '../analytics.js';
import type { DimensionColumn } from './usage-cuts.js';
import { PARTS_PARAMETERS, partsOf, type Step, zoneOf } from './usage-parts.js';

export interface Question {
	readonly from: Date;
	readonly to: Date;
	readonly filter: UsageFilter;
	readonly step?: Step;
}
export interface HistogramRow {
	readonly group: string | null;
	readonly kind: 'duration' | 'firstToken';
	readonly bucket: number;
	readonly calls: string;
}
export interface MonthRow {
	readonly monthStart: Date;
	readonly monthEnd: Date;
	readonly previousStart: Date;
	readonly now: Date;
}

const sum = (column: string, name: string): string => `coalesce(sum(${column}), 0)::text AS "${name}"`;
const SUMS = `${sum('calls', 'calls')}, coalesce(sum(calls) FILTER (WHERE status <> 'ok'), 0)::text AS errors,
	${sum('input_tokens', 'inputTokens')}, ${sum('cache_read_tokens', 'cacheReadTokens')},
	${sum('cache_write_tokens', 'cacheWriteTokens')}, ${sum('output_tokens', 'outputTokens')},
	${sum('reasoning_tokens', 'reasoningTokens')}, ${sum('cost_nano_usd', 'costNanoUsd')}`;
const orderings = {
	calls: 'sum(calls)',
	cost: 'sum(cost_nano_usd)',
	tokens: 'sum(input_tokens + cache_read_tokens + cache_write_tokens + output_tokens + reasoning_tokens)',
} as const;
const COUNT_BITS = (1n << 40n) - 1n;

/** Answers from sums and the open windows: see `partsOf`. */
@Injectable()
export class UsageAnalyticsRepository {
	async now(scope: TenantScope): Promise<Date> {
		const [row] = await scope.transaction.manager.query<{ now: Date }[]>('SELECT now() AS now');
		return row?.now as Date;
	}

	/** Where the month of the zone begins and ends. */
	async month(scope: TenantScope, zone: string): Promise<MonthRow> {
		const [row] = await scope.transaction.manager.query<MonthRow[]>(
			`SELECT now() AS now, start AS "monthStart", date_add(start, interval '1 month', $1) AS "monthEnd",
				date_subtract(start, interval '1 month', $1) AS "previousStart" FROM (SELECT date_trunc('month', now(), $1) AS start) m`,
			[zone],
		);
		return row as MonthRow;
	}

	async totals(scope: TenantScope, question: Question): Promise<SumTexts> {
		const { head, where, parameters } = prepare(scope, question, ['status']);
		const sql = `WITH ${head} SELECT ${SUMS} FROM parts ${where}`;
		const [row] = await scope.transaction.manager.query<SumTexts[]>(sql, parameters);
		return row as SumTexts;
	}

	/** One row for each step of the period, also where nothing happened. */
	async series(scope: TenantScope, question: Question & { step: Step }): Promise<(SumTexts & { start: Date })[]> {
		const { head, where, parameters } = prepare(scope, question, ['status']);
		const { unit } = question.step;
		const sql = `WITH ${head}, sums AS (
				SELECT date_trunc('${unit}', moment, zone) AS start, ${SUMS} FROM parts, period ${where} GROUP BY 1
			), none AS (SELECT ${SUMS} FROM parts WHERE false)
			SELECT s.start, ${names.map((name) => `coalesce(sums."${name}", none."${name}") AS "${name}"`).join(', ')}
			FROM period, generate_series(date_trunc('${unit}', first, zone), last - interval '1 microsecond', interval '1 ${unit}', zone) s (start)
			CROSS JOIN none LEFT JOIN sums ON sums.start = s.start ORDER BY s.start`;
		return scope.transaction.manager.query(sql, parameters);
	}

	/** The groups with the most, and how many there are in all. */
	async breakdown(
		scope: TenantScope,
		question: Question,
		{ by, orderBy, limit }: Pick<BreakdownQuery, 'by' | 'orderBy' | 'limit'>,
	): Promise<(SumTexts & { group: (string | null)[]; groups: number })[]> {
		const columns = by.map((name) => usageDimensions[name]);
		const { head, where, parameters } = prepare(scope, question, [...columns, 'status']);
		const list = columns.join(', ');
		const sql = `WITH ${head} SELECT ARRAY[${columns.map((name) => `${name}::text`).join(', ')}] AS "group",
			count(*) OVER ()::integer AS groups, ${SUMS} FROM parts ${where}
			GROUP BY ${list} ORDER BY ${orderings[orderBy]} DESC, ${list} LIMIT $${parameters.length + 1}`;
		return scope.transaction.manager.query(sql, [...parameters, limit]);
	}

	/** The histograms of each group. */
	async histograms(scope: TenantScope, question: Question, by: UsageDimension | undefined): Promise<HistogramRow[]> {
		const column = by === undefined ? undefined : usageDimensions[by];
		const { head, where, parameters } = prepare(scope, question, column === undefined ? [] : [column]);
		const sql = `WITH ${head}
			SELECT ${column === undefined ? 'NULL' : `${column}::text`} AS "group", h.kind, (h.entry >> 40)::integer AS bucket,
				sum(h.entry & ${COUNT_BITS})::text AS calls
			FROM parts CROSS JOIN LATERAL (SELECT 'duration' AS kind, unnest(latency) AS entry
				UNION ALL SELECT 'firstToken', unnest(first_token)) h ${where} GROUP BY 1, 2, 3`;
		return scope.transaction.manager.query(sql, parameters);
	}
}

const names = [
	'calls',
	'errors',
	'inputTokens',
	'cacheReadTokens',
	'cacheWriteTokens',
	'outputTokens',
	'reasoningTokens',
	'costNanoUsd',
];

function prepare(scope: TenantScope, { from, to, filter, step }: Question, columns: readonly DimensionColumn[]) {
	const filters = (Object.keys(filter) as UsageDimension[]).filter((name) => filter[name] !== undefined);
	const asked = [...columns, ...filters.map((name) => usageDimensions[name])];
	const conditions = filters.map((name, n) => `${usageDimensions[name]} = $${PARTS_PARAMETERS + 1 + n}`);
	return {
		head: partsOf(asked, step),
		where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`,
		parameters: [scope.organizationId, from, to, zoneOf(step), ...filters.map((name) => filter[name])],
	};
}
