import { AccountErasure } from '#libs/identity';
import { eraseAccounts } from '#libs/jobs';
import type { Scope } from '#libs/kernel';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

@HandlesJob(eraseAccounts)
export class EraseAccountsHandler implements JobHandler<Record<string, never>> {
	constructor(private readonly erasure: AccountErasure) {}

	async handle({ requestId }: Scope): Promise<void> {
		await this.erasure.eraseDue(requestId);
	}
}
