import { Injectable } from '@nestjs/common';
import { demand } from '#libs/access';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, type Scope, userIdOf } from '#libs/kernel';
import {
	type AnalyticsGroup,
	type AnalyticsLatency,
	type AnalyticsQuery,
	analyticsSums,
	type AnalyticsSums,
	type AnalyticsTotals,
	type BreakdownQuery,
	changeOf,
	forecastOf,
	type LatencyQuery,
	periodOf,
	type SeriesQuery,
	type StepUnit,
	type UsageFilter,
} from './analytics.js';
import { percentilesOf } from './latency-histogram.js';
import {
	type HistogramRow,
	type Question,
	UsageAnalyticsRepository,
} from './persistence/usage-analytics.repository.js';
import { exactNumber } from './usage-report.js';

type Period = { readonly from: Date; readonly to: Date };

/** What people ask about usage over time: everybody's with `usage:read`, else their own. Equals the ledger at every moment. */
@Injectable()
export class AnalyticsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly usage: UsageAnalyticsRepository,
	) {}

	/** Sums, and how they compare to those of the period before. @throws AppError denied, invalid */
	async totals(scope: Scope, query: AnalyticsQuery): Promise<AnalyticsTotals> {
		return this.ask(scope, query, 'day', async (tenant, question) => {
			const { from, to } = question;
			const earlier = { ...question, from: new Date(2 * from.getTime() - to.getTime()), to: from };
			const total = analyticsSums(await this.usage.totals(tenant, question));
			const previous = analyticsSums(await this.usage.totals(tenant, earlier));
			return { from, to, total, previous, change: changeOf(total, previous) };
		});
	}

	/** Sums of each step, also of empty ones. @throws AppError denied, invalid */
	async series(scope: Scope, query: SeriesQuery): Promise<Period & { items: (AnalyticsSums & { start: Date })[] }> {
		const step =
			query.step === 'minute' || query.step === 'hour' ? { unit: query.step } : { unit: query.step, zone: query.zone };
		return this.ask(scope, query, query.step, async (tenant, { from, to, filter }) => {
			const rows = await this.usage.series(tenant, { from, to, filter, step });
			return { from, to, items: rows.map((row) => ({ start: row.start, ...analyticsSums(row) })) };
		});
	}

	/** The groups with the most, by one or two dimensions. @throws AppError denied, invalid */
	async breakdown(scope: Scope, query: BreakdownQuery): Promise<Period & { groups: number; items: AnalyticsGroup[] }> {
		return this.ask(scope, query, 'day', async (tenant, question) => {
			const rows = await this.usage.breakdown(tenant, question, query);
			const items = rows.map((row) => ({ group: row.group, ...analyticsSums(row) }));
			return { from: question.from, to: question.to, groups: rows[0]?.groups ?? 0, items };
		});
	}

	/** Percentiles of duration and time to the first token, the groups with most calls first. @throws AppError denied, invalid */
	async latency(scope: Scope, query: LatencyQuery): Promise<Period & { items: AnalyticsLatency[] }> {
		return this.ask(scope, query, 'day', async (tenant, question) => {
			const rows = await this.usage.histograms(tenant, question, query.by);
			const groups = [...Map.groupBy(rows, ({ group }) => group)].map(([group, of]) => latencyOf(group, of));
			const sorted = groups.toSorted((a, b) => b.durationMs.calls - a.durationMs.calls);
			return { from: question.from, to: question.to, items: sorted.slice(0, query.limit) };
		});
	}

	/** What the running month has cost, and will have when it goes on like the last seven days. @throws AppError denied */
	async forecast(scope: Scope, query: { readonly zone: string; readonly filter: UsageFilter }) {
		const filter = visible(scope, query.filter);
		return this.work.run(scope, async (tenant) => {
			const { monthStart, monthEnd, previousStart, now } = await this.usage.month(tenant, query.zone);
			const costOf = async (from: Date, to: Date) =>
				from < to ? (await this.usage.totals(tenant, { from, to, filter })).costNanoUsd : '0';
			const spent = await costOf(monthStart, now);
			const lastWeek = await costOf(new Date(now.getTime() - 7 * 86_400_000), now);
			const previousCostNanoUsd = await costOf(previousStart, monthStart);
			const leftMs = monthEnd.getTime() - now.getTime();
			const forecastNanoUsd = forecastOf({ spent, lastWeek, leftMs });
			return { monthStart, monthEnd, costNanoUsd: spent, forecastNanoUsd, previousCostNanoUsd };
		});
	}

	private async ask<Answer>(
		scope: Scope,
		query: AnalyticsQuery,
		step: StepUnit,
		answer: (tenant: TenantScope, question: Question) => Promise<Answer>,
	): Promise<Answer> {
		const filter = visible(scope, query.filter);
		return this.work.run(scope, async (tenant) =>
			answer(tenant, { ...periodOf(query, await this.usage.now(tenant), step), filter }),
		);
	}
}

function latencyOf(group: string | null, rows: readonly HistogramRow[]): AnalyticsLatency {
	const of = (kind: HistogramRow['kind']) =>
		percentilesOf(
			rows
				.filter((row) => row.kind === kind)
				.map(({ bucket, calls }): [number, number] => [bucket, exactNumber(calls)]),
		);
	return { group, durationMs: of('duration'), firstTokenMs: of('firstToken') };
}

/** @throws AppError denied when the caller may see own usage only, and asks for another's or has none. */
function visible(scope: Scope, filter: UsageFilter): UsageFilter {
	if (scope.permissions.has('usage:read')) return filter;
	demand(scope, 'usage:read_own');
	const own = userIdOf(scope);
	if (own === undefined || (filter.user !== undefined && filter.user !== own))
		throw new AppError('denied', 'permission_denied', 'This needs the permission usage:read');
	return { ...filter, user: own };
}
