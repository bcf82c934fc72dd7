import { DiscoveryService } from '@nestjs/core';
import type { TenantScope } from '#libs/database';
import type { JobContract } from '#libs/jobs';
import type { Scope } from '#libs/kernel';

/** What a handler may know of this delivery. */
export interface Delivery {
	/** The job's id; the same at every delivery. */
	readonly id: string;
	/**
	 * Marks the job as done in the handler's own transaction, so that its effect and the mark are one. False: it was done
	 * before. Handlers that are idempotent by nature leave it to the runner.
	 */
	finish(scope: TenantScope): Promise<boolean>;
}

/** Does one kind of job. It may be called twice for the same job, also at once: its effect must be one all the same. */
export interface JobHandler<Payload> {
	/** `scope` is the job's organization; for a scheduled job the system organization. */
	handle(scope: Scope, payload: Payload, delivery: Delivery): Promise<void>;
}

/** Marks a `JobHandler` as the one for a contract. */
export const HandlesJob = DiscoveryService.createDecorator<JobContract<never> | JobContract>();
