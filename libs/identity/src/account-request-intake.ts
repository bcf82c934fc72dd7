import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { answerAccountRequest, JobBus } from '#libs/jobs';
import { newId } from '#libs/kernel';
import { anonymousScope, type Client } from './client.js';
import { LoginThrottle } from './login-throttle.js';
import { type AccountRequest, AccountRequestRepository } from './persistence/account-request.repository.js';

/**
 * Writes a request down; it is answered by mail, later: so that what is done here, and how long it takes, is the same
 * whether an address has an account or not.
 */
@Injectable()
export class AccountRequestIntake {
	constructor(
		private readonly work: UnitOfWork,
		private readonly requests: AccountRequestRepository,
		private readonly jobs: JobBus,
		private readonly throttle: LoginThrottle,
	) {}

	/** @throws AppError throttled `too_many_attempts` when somebody asks too often for one address. */
	async take(client: Client, request: Omit<AccountRequest, 'id'>): Promise<void> {
		await this.throttle.enterRequest(request.email);
		const id = newId();
		await this.work.run(anonymousScope(request.kind, client), async (tenant) => {
			await this.requests.insert(tenant, { id, ...request });
			await this.jobs.put(tenant, answerAccountRequest, { requestId: id });
		});
	}
}
