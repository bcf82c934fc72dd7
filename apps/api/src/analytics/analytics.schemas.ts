import { z } from 'zod';
import { orders, steps, type UsageDimension, usageDimensions } from '#libs/metering';
import { timeZone } from '../edge/time-zone.js';
import { timestamp } from '../edge/timestamp.js';

const moment = z.iso
	.datetime({ offset: true })
	.transform((text) => new Date(text))
	.meta({ examples: ['2026-01-31T00:00:00Z'] });
const from = moment.optional().meta({ description: 'Default: what suits the step, else 30 days before `to`' });
const to = moment.optional().meta({ description: 'Exclusive; default: now' });
const name = z
	.string()
	.min(1)
	.max(256)
	.regex(/^\P{Cc}+$/u)
	.optional();
const id = z.uuid().lowercase().optional();

/** Which calls a question is about; all of the organization by default. */
const filters = {
	project: id,
	user: id.meta({ description: 'Another than oneself needs usage:read' }),
	key: id,
	provider: id,
	dialect: name,
	operation: name,
	model: name.meta({ description: 'As the upstream names it' }),
	alias: name.meta({ description: 'As callers named it' }),
	status: z.enum(['ok', 'error', 'interrupted']).optional(),
	error: name,
};
const dimensions = Object.keys(usageDimensions) as [UsageDimension, ...UsageDimension[]];
const isDimension = (text: string): text is UsageDimension => Object.hasOwn(usageDimensions, text);
const limit = z.coerce.number().int().min(1).max(200).default(20);
const zone = timeZone
	.default('UTC')
	.meta({ description: 'IANA name; where days, weeks and months begin', examples: ['Europe/Berlin'] });

/** Gathers the filters: services take them as one value. */
const narrowed = <Query extends Record<string, unknown>>({
	project,
	user,
	key,
	provider,
	dialect,
	operation,
	model,
	alias,
	status,
	error,
	...rest
}: Query & z.output<z.ZodObject<typeof filters>>) => ({
	...rest,
	filter: { project, user, key, provider, dialect, operation, model, alias, status, error },
});

export const TotalsQuery = z.strictObject({ from, to, ...filters }).transform(narrowed);
export type TotalsQuery = z.output<typeof TotalsQuery>;

export const SeriesQuery = z
	.strictObject({
		from,
		to,
		step: z
			.enum(steps)
			.default('day')
			.meta({ description: 'A period has at most 24 hours for minutes, 31 days for hours, 366 days for the others' }),
		zone,
		...filters,
	})
	.transform(narrowed);
export type SeriesQuery = z.output<typeof SeriesQuery>;

const by = z
	.string()
	.transform((text) => text.split(','))
	.pipe(
		z
			.array(z.string().refine(isDimension, `must be one of ${dimensions.join(', ')}`))
			.min(1)
			.max(2)
			.refine((list) => new Set(list).size === list.length, 'must differ'),
	)
	.transform((list) => list.filter(isDimension));

export const BreakdownQuery = z
	.strictObject({
		from,
		to,
		by: by.meta({ description: `One or two of ${dimensions.join(', ')}, with a comma`, examples: ['model,status'] }),
		orderBy: z.enum(orders).default('cost').meta({ description: 'The most first' }),
		limit,
		...filters,
	})
	.transform(narrowed);
export type BreakdownQuery = z.output<typeof BreakdownQuery>;

export const LatencyQuery = z
	.strictObject({ from, to, by: z.enum(dimensions).optional(), limit, ...filters })
	.transform(({ by: dimension, ...rest }) => ({ ...narrowed(rest), by: dimension }));
export type LatencyQuery = z.output<typeof LatencyQuery>;

export const ForecastQuery = z.strictObject({ zone, ...filters }).transform(narrowed);
export type ForecastQuery = z.output<typeof ForecastQuery>;

const nanoUsd = z.string().meta({ description: 'Billionths of a US dollar', examples: ['1500000000'] });
const sums = {
	calls: z.int().min(0),
	errors: z.int().min(0).meta({ description: 'Calls that did not end well' }),
	inputTokens: z.int(),
	cacheReadTokens: z.int(),
	cacheWriteTokens: z.int(),
	outputTokens: z.int(),
	reasoningTokens: z.int(),
	costNanoUsd: nanoUsd,
};
const Sums = z.object(sums).meta({ id: 'AnalyticsSums' });
const period = { from: timestamp, to: timestamp };
const change = z
	.number()
	.nullable()
	.meta({ description: 'Now by before, minus one; `null` where there was nothing before', examples: [0.25] });

export const Totals = z
	.object({ ...period, total: Sums, previous: Sums, change: z.object({ calls: change, tokens: change, cost: change }) })
	.meta({ id: 'AnalyticsTotals' });
export const Series = z
	.object({ ...period, items: z.array(z.object({ start: timestamp, ...sums })) })
	.meta({ id: 'AnalyticsSeries' });
export const Breakdown = z
	.object({
		...period,
		groups: z.int().min(0).meta({ description: 'How many groups there are, also beyond the limit' }),
		items: z.array(
			z.object({
				group: z.array(z.string().nullable()).meta({
					description: 'Names or ids, in the order of `by`; `null` for calls without one',
					examples: [['gpt-4o', 'ok']],
				}),
				...sums,
			}),
		),
	})
	.meta({ id: 'AnalyticsBreakdown' });

const milliseconds = z
	.int()
	.nullable()
	.meta({ description: 'Milliseconds; `null` without calls', examples: [420] });
const Percentiles = z
	.object({ calls: z.int().min(0), p50: milliseconds, p95: milliseconds, p99: milliseconds })
	.meta({ id: 'LatencyPercentiles' });
export const Latency = z
	.object({
		...period,
		items: z.array(z.object({ group: z.string().nullable(), durationMs: Percentiles, firstTokenMs: Percentiles })),
	})
	.meta({ id: 'AnalyticsLatency' });
export const Forecast = z
	.object({
		monthStart: timestamp,
		monthEnd: timestamp,
		costNanoUsd: nanoUsd,
		forecastNanoUsd: nanoUsd,
		previousCostNanoUsd: nanoUsd.meta({ description: 'Of the month before' }),
	})
	.meta({ id: 'AnalyticsForecast' });
