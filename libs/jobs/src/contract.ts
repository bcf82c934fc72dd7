import type { MeteringSettings } from '#libs/config';
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
	/** Pause before the second attempt, in milliseconds; it doubles from then on. */
	readonly backoffMs: number;
}

/** A job that time starts. Losing one does no harm: the next does its work. */
export interface ScheduledJob {
	readonly contract: JobContract<Record<string, never>>;
	/** Milliseconds from one start to the next. */
	readonly everyMs: (settings: MeteringSettings) => number;
}
