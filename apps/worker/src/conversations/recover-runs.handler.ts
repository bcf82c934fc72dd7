import { recoverRuns } from '#libs/jobs';
import { type Scope, systemScope } from '#libs/kernel';
import { OrganizationWalk } from '#libs/metering';
import { RunRecovery } from '#libs/runs';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

@HandlesJob(recoverRuns)
export class RecoverRunsHandler implements JobHandler<Record<string, never>> {
	constructor(
		private readonly organizations: OrganizationWalk,
		private readonly recovery: RunRecovery,
	) {}

	async handle({ requestId }: Scope): Promise<void> {
		for (const id of await this.organizations.ids())
			await this.recovery.recoverAll(systemScope(id, recoverRuns.name, requestId));
	}
}
