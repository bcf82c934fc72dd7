import { AppError } from '#libs/kernel';
import type { Percentiles } from './latency-histogram.js';
import type { DimensionColumn } from './persistence/usage-cuts.js';
import { exactNumber, type UsageSums } from './usage-report.js';

/** What usage can be broken down by, and how it can be narrowed. */
export const usageDimensions = {
	project: 'project_id',
	user: 'user_id',
	key: 'key_id',
	dialect: 'dialect',
	operation: 'operation',
	provider: 'provider_id',
	model: 'model',
	alias: 'alias',
	status: 'status',
	error: 'error_code',
} as const satisfies Record<string, DimensionColumn>;
export type UsageDimension = keyof typeof usageDimensions;
export type UsageFilter = { readonly [name in UsageDimension]?: string | undefined };

export const steps = ['minute', 'hour', 'day', 'week', 'month'] as const;
export type StepUnit = (typeof steps)[number];
export const orders = ['calls', 'cost', 'tokens'] as const;

export interface AnalyticsQuery {
	/** Default: before `to` by 30 days, or what suits the step. */
	readonly from?: Date | undefined;
	/** Exclusive; default: now, by PostgreSQL's clock. */
	readonly to?: Date | undefined;
	readonly filter: UsageFilter;
}
export interface SeriesQuery extends AnalyticsQuery {
	readonly step: StepUnit;
	/** IANA name; for days, weeks and months. */
	readonly zone: string;
}
export interface BreakdownQuery extends AnalyticsQuery {
	readonly by: readonly UsageDimension[];
	readonly orderBy: (typeof orders)[number];
	readonly limit: number;
}
export type LatencyQuery = AnalyticsQuery & { readonly by: UsageDimension | undefined; readonly limit: number };

/** All sums of a period. `errors`: calls that did not end well. */
export interface AnalyticsSums extends UsageSums {
	readonly errors: number;
}
export interface AnalyticsTotals {
	readonly from: Date;
	readonly to: Date;
	readonly total: AnalyticsSums;
	/** Of the period of equal length before. */
	readonly previous: AnalyticsSums;
	/** Now by before, minus one; `null` where there was nothing before. */
	readonly change: { readonly calls: number | null; readonly tokens: number | null; readonly cost: number | null };
}
export interface AnalyticsGroup extends AnalyticsSums {
	/** By the asked dimensions, in their order. `null`: calls without one. */
	readonly group: readonly (string | null)[];
}
export interface AnalyticsLatency {
	readonly group: string | null;
	readonly durationMs: Percentiles;
	readonly firstTokenMs: Percentiles;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEAR = { ms: 366 * DAY_MS, said: '366 days' };
const longest = {
	minute: { ms: DAY_MS, said: '24 hours' },
	hour: { ms: 31 * DAY_MS, said: '31 days' },
	day: YEAR,
	week: YEAR,
	month: YEAR,
};
const usual = { minute: HOUR_MS, hour: DAY_MS, day: 30 * DAY_MS, week: 84 * DAY_MS, month: 365 * DAY_MS };

/**
 * The period that is meant, with both ends.
 * @throws AppError invalid when it is empty, upside down or longer than its step allows; naming the field
 */
export function periodOf({ from, to }: AnalyticsQuery, now: Date, step: StepUnit = 'day'): { from: Date; to: Date } {
	const end = to ?? now;
	const begin = from ?? new Date(end.getTime() - usual[step]);
	if (begin >= end) throw wrongPeriod('to', 'not_after_from', 'must be later than from');
	if (end.getTime() - begin.getTime() > longest[step].ms)
		throw wrongPeriod(
			'from',
			'period_too_long',
			`must be at most ${longest[step].said} before to for steps of a ${step}`,
		);
	return { from: begin, to: end };
}

const wrongPeriod = (field: string, code: string, message: string): AppError =>
	new AppError('invalid', 'validation_failed', 'The period makes no sense', { details: [{ field, code, message }] });

export const tokensOf = (sums: UsageSums): number =>
	sums.inputTokens + sums.cacheReadTokens + sums.cacheWriteTokens + sums.outputTokens + sums.reasoningTokens;

export function changeOf(now: AnalyticsSums, before: AnalyticsSums): AnalyticsTotals['change'] {
	const ratio = (a: number, b: number): number | null => (b === 0 ? null : Math.round((a / b - 1) * 10_000) / 10_000);
	return {
		calls: ratio(now.calls, before.calls),
		tokens: ratio(tokensOf(now), tokensOf(before)),
		cost: ratio(Number(now.costNanoUsd), Number(before.costNanoUsd)), // a ratio needs no more than 53 bits
	};
}

/** What a month will have cost when it goes on like the last seven days. Nano-USD as text. */
export function forecastOf(month: { spent: string; lastWeek: string; leftMs: number }): string {
	const more = (BigInt(month.lastWeek) * BigInt(Math.max(0, Math.round(month.leftMs)))) / BigInt(7 * DAY_MS);
	return (BigInt(month.spent) + more).toString();
}

export interface SumTexts {
	readonly calls: string;
	readonly errors: string;
	readonly inputTokens: string;
	readonly cacheReadTokens: string;
	readonly cacheWriteTokens: string;
	readonly outputTokens: string;
	readonly reasoningTokens: string;
	readonly costNanoUsd: string;
}

/** @throws AppError bug when a sum cannot be said exactly. */
export const analyticsSums = (row: SumTexts): AnalyticsSums => ({
	calls: exactNumber(row.calls),
	errors: exactNumber(row.errors),
	inputTokens: exactNumber(row.inputTokens),
	cacheReadTokens: exactNumber(row.cacheReadTokens),
	cacheWriteTokens: exactNumber(row.cacheWriteTokens),
	outputTokens: exactNumber(row.outputTokens),
	reasoningTokens: exactNumber(row.reasoningTokens),
	costNanoUsd: row.costNanoUsd,
});
