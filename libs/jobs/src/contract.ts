import type { z } from 'zod';

/**
 * A job as both sides see it. The payload is parsed when it is put and again when it arrives; `version` changes when an
 * older worker could misread it. What must happen starts as an outbox row; BullMQ only transports it.
 */
export interface JobContract<Payload = unknown> {
	readonly name: string;
	readonly queue: string;
	readonly version: number;
	readonly payload: z.ZodType<Payload>;
	/** How often a handler may fail before the job is given up. */
	readonly attempts: number;
	readonly backoffMs: number;
}

/** A job that time starts. `everyMs` is the fallback; a setting may change it. */
export interface ScheduledJob {
	readonly contract: JobContract<Record<string, never>>;
	readonly everyMs: number;
}
