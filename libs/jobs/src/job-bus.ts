import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { newId } from '#libs/kernel';
import type { JobContract } from './contract.js';
import { OutboxRepository } from './persistence/outbox.repository.js';

/** Puts jobs. The row is part of the caller's transaction: no commit, no job. */
@Injectable()
export class JobBus {
	constructor(private readonly outbox: OutboxRepository) {}

	/** Returns the job's id. @throws ZodError when the payload breaks the contract (a bug of the caller). */
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
}
