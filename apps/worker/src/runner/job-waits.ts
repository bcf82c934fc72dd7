import type { Job } from 'bullmq';

/** Milliseconds for which a job might have run and did not; a job of a schedule is made long before its time. */
export const waitedMs = ({
	timestamp,
	opts,
	processedOn = Date.now(),
}: Pick<Job, 'timestamp' | 'opts' | 'processedOn'>): number => Math.max(0, processedOn - timestamp - (opts.delay ?? 0));
