import { z } from 'zod';
import type { ClaimedJob, JobContract } from '#libs/jobs';

/** What BullMQ carries. `organizationId` is null for a job that time started: it has no outbox row. */
const message = z.strictObject({
	version: z.int(),
	organizationId: z.uuid().nullable(),
	requestId: z.string().nullable(),
	payload: z.unknown(),
});
export type JobMessage = z.output<typeof message>;

export const messageOf = (job: ClaimedJob): JobMessage => ({
	version: job.version,
	organizationId: job.organizationId,
	requestId: job.requestId,
	payload: job.payload,
});

export const scheduledMessage = (contract: JobContract): JobMessage => ({
	version: contract.version,
	organizationId: null,
	requestId: null,
	payload: {},
});

/** @throws ZodError */
export const parseMessage = (data: unknown): JobMessage => message.parse(data);

/** How a contract is sent: finished jobs leave Redis at once, since their state is the outbox row's. */
export const optionsOf = ({ attempts, backoffMs }: JobContract) => ({
	attempts,
	backoff: { type: 'exponential', delay: backoffMs },
	removeOnComplete: true,
	removeOnFail: true,
});
