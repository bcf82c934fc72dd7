import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { missing, newId, type Scope } from '#libs/kernel';
import type { JobContract } from './contract.js';
import { type JobState, OutboxRepository } from './persistence/outbox.repository.js';

/** Puts jobs, and tells how they are. */
@Injectable()
export class JobBus {
	constructor(
		private readonly work: UnitOfWork,
		private readonly outbox: OutboxRepository,
	) {}

	/**
	 * The row is part of the caller's transaction: no commit, no job. Returns the job's id.
	 * @throws ZodError when the payload breaks the contract (a bug of the caller).
	 */
	async put<Payload>(scope: TenantScope, contract: JobContract<Payload>, payload: Payload): Promise<string> {
		const id = newId();
		await this.outbox.insert(scope, {
			id,
			job: contract.name,
			version: contract.version,
			payload: contract.payload.parse(payload),
		});
		return id;
	}

	/** @throws AppError missing, also for a job of another organization. */
	async state(scope: Scope, id: string): Promise<JobState> {
		const state = await this.work.run(scope, (tenant) => this.outbox.find(tenant, id));
		if (state === undefined) throw missing('The job');
		return state;
	}
}
