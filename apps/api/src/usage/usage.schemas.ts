import { z } from 'zod';
import { usageGroups } from '#libs/metering';

const moment = z.iso
	.datetime({ offset: true })
	.transform((text) => new Date(text))
	.meta({ examples: ['2026-01-31T00:00:00Z'] });
const timestamp = z
	.date()
	.transform((date) => date.toISOString())
	.pipe(z.iso.datetime());

export const UsageQuery = z.strictObject({
	from: moment.optional().meta({ description: 'Default: the UTC day 30 days before `to`' }),
	to: moment.optional().meta({ description: 'Exclusive; default: now' }),
	groupBy: z.enum(usageGroups).default('day'),
});
export type UsageQuery = z.output<typeof UsageQuery>;

const sums = {
	calls: z.int().min(0),
	inputTokens: z.int(),
	cacheReadTokens: z.int(),
	cacheWriteTokens: z.int(),
	outputTokens: z.int(),
	reasoningTokens: z.int(),
	costNanoUsd: z.string().meta({ description: 'Billionths of a US dollar', examples: ['1500000000'] }),
};

export const UsageReport = z
	.object({
		from: timestamp,
		to: timestamp,
		groupBy: z.enum(usageGroups),
		items: z.array(
			z
				.object({
					group: z.string().nullable().meta({ description: 'Name, id, UTC day or hour; null for calls without one' }),
					...sums,
				})
				.meta({ id: 'UsageGroup' }),
		),
		total: z.object(sums).meta({ id: 'UsageSums' }),
	})
	.meta({ id: 'UsageReport' });

export const RebuildUsage = z.strictObject({ from: moment, to: moment }).meta({ id: 'RebuildUsage' });
export type RebuildUsage = z.output<typeof RebuildUsage>;

export const AcceptedJob = z.object({ jobId: z.uuid().lowercase() }).meta({ id: 'AcceptedJob' });
