import { z } from 'zod';
import type { JobContract, ScheduledJob } from './contract.js';

const nothing = z.strictObject({}) as z.ZodType<Record<string, never>>;

/** Recomputes the hourly sums of every hour that the ledger changed and that is over. Idempotent. */
export const rollUpUsage: JobContract<Record<string, never>> = {
	name: 'usage.roll-up',
	queue: 'usage',
	version: 1,
	payload: nothing,
	attempts: 3,
	backoffMs: 5_000,
};

/** Makes the ledger's partitions ahead of time. Idempotent. */
export const preparePartitions: JobContract<Record<string, never>> = {
	name: 'usage.prepare-partitions',
	queue: 'usage',
	version: 1,
	payload: nothing,
	attempts: 3,
	backoffMs: 5_000,
};

/** Recomputes an organization's hourly sums of a period from the ledger, whatever they say now. On demand. */
export const rebuildUsage: JobContract<{ from: string; to: string }> = {
	name: 'usage.rebuild',
	queue: 'usage',
	version: 1,
	payload: z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime() }),
	attempts: 5,
	backoffMs: 2_000,
};

/** Every contract. The worker refuses to boot when one has no handler or two. */
export const jobContracts: readonly JobContract[] = [rollUpUsage, preparePartitions, rebuildUsage];

export const scheduledJobs: readonly ScheduledJob[] = [
	{ contract: rollUpUsage, everyMs: 60_000 },
	{ contract: preparePartitions, everyMs: 6 * 3_600_000 },
];
