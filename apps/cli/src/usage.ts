import { type AnalyticsGroup, type AnalyticsSums, orders, type UsageDimension, usageDimensions } from '#libs/metering';
import type { Scope } from '#libs/kernel';
import { organizationExplanation, organizationOption } from './application.js';
import { type Invocation, textOption, UsageError } from './command.js';
import { wordOption } from './rules.js';

/** What the commands about usage have in common. */
export const periodOptions = {
	from: { type: 'string' },
	to: { type: 'string' },
	...organizationOption,
} as const;
export const periodExplanations = {
	from: 'UTC day or moment, such as 2026-01-31; by default 30 days before the end',
	to: 'UTC day or moment, exclusive; by default now',
	...organizationExplanation,
} as const;
export const groupOptions = { by: { type: 'string' }, order: { type: 'string' }, ...periodOptions } as const;
const dimensions = Object.keys(usageDimensions) as UsageDimension[];
export const groupExplanations = {
	by: `One or two of ${dimensions.join(', ')}, with a comma; by default model`,
	order: `${orders.join(', ')}: the most first; by default cost`,
	...periodExplanations,
} as const;

/** An operator sees everybody's usage. */
export const seeingAll = (scope: Scope): Scope => ({ ...scope, permissions: new Set(['usage:read']) });

/** @throws UsageError */
export const periodQuery = (invocation: Invocation) => ({
	from: momentOption(invocation, 'from'),
	to: momentOption(invocation, 'to'),
	filter: {},
});

/** @throws UsageError */
export function groupQuery(invocation: Invocation, limit: number) {
	const by = (textOption(invocation, 'by') ?? 'model').split(',');
	const known = by.filter((name): name is UsageDimension => dimensions.includes(name as UsageDimension));
	if (known.length !== by.length || by.length > 2 || new Set(by).size < by.length)
		throw new UsageError(`--by must be one or two of ${dimensions.join(', ')}`);
	return { ...periodQuery(invocation), by: known, orderBy: wordOption(invocation, 'order', orders) ?? 'cost', limit };
}

function momentOption(invocation: Invocation, name: string): Date | undefined {
	const text = textOption(invocation, name);
	if (text === undefined) return undefined;
	const moment = /^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/.test(text) ? new Date(text) : undefined;
	if (moment === undefined || Number.isNaN(moment.getTime()))
		throw new UsageError(`--${name} must be a day such as 2026-01-31, or a moment such as 2026-01-31T12:00:00Z`);
	return moment;
}

export const sumNames = [
	'calls',
	'errors',
	'inputTokens',
	'cacheReadTokens',
	'cacheWriteTokens',
	'outputTokens',
	'reasoningTokens',
	'costNanoUsd',
] as const satisfies (keyof AnalyticsSums)[];

/** A line for each group, quoted as RFC 4180 says. Nothing of a name may begin a formula in a spreadsheet. */
export const csvOf = (by: readonly string[], items: readonly AnalyticsGroup[]): string =>
	[[...by, ...sumNames], ...items.map((item) => [...item.group, ...sumNames.map((name) => item[name])])]
		.map((cells) => `${cells.map(csvCell).join(',')}\r\n`)
		.join('');

function csvCell(cell: string | number | null): string {
	const text = String(cell ?? '');
	const safe = typeof cell === 'string' && /^[=+@\t\r]|^-\D/.test(text) ? `'${text}` : text;
	return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
