import { AppError } from '#libs/kernel';

/** What usage can be reported by. */
export const usageGroups = ['model', 'project', 'user', 'key', 'dialect', 'status', 'day', 'hour'] as const;
export type UsageGroup = (typeof usageGroups)[number];

export interface UsageQuery {
	/** Default: the UTC day 30 days before `to`. */
	readonly from?: Date | undefined;
	/** Exclusive; default: now. */
	readonly to?: Date | undefined;
	readonly groupBy: UsageGroup;
}

/** Sums. Tokens and calls are exact as numbers; money is nano-USD as text, since it may exceed what a JSON number holds. */
export interface UsageSums {
	readonly calls: number;
	readonly inputTokens: number;
	readonly cacheReadTokens: number;
	readonly cacheWriteTokens: number;
	readonly outputTokens: number;
	readonly reasoningTokens: number;
	readonly costNanoUsd: string;
}

export interface UsageReport {
	readonly from: Date;
	readonly to: Date;
	readonly groupBy: UsageGroup;
	/** `group` is the name, id, UTC day or hour; `null` for calls without one. */
	readonly items: readonly (UsageSums & { readonly group: string | null })[];
	readonly total: UsageSums;
}

const DAY_MS = 86_400_000;
const LONGEST_DAYS = 366;

/** @throws AppError invalid when the period is empty, upside down or longer than a year. */
export function checkPeriod(from: Date | undefined, to: Date | undefined): void {
	if (from === undefined || to === undefined) return;
	if (from >= to) throw wrongPeriod('to', 'not_after_from', 'must be later than from');
	if (to.getTime() - from.getTime() > LONGEST_DAYS * DAY_MS)
		throw wrongPeriod('from', 'period_too_long', `must be at most ${LONGEST_DAYS} days before to`);
}

const wrongPeriod = (field: string, code: string, message: string): AppError =>
	new AppError('invalid', 'validation_failed', 'The period makes no sense', { details: [{ field, code, message }] });

/** @throws AppError bug when the number cannot be said exactly. */
export function exactNumber(text: string): number {
	const number = Number(text);
	if (!Number.isSafeInteger(number)) throw new AppError('bug', 'inexact_sum', `${text} does not fit a JSON number`);
	return number;
}
