import { rollUpUsage } from '#libs/jobs';
import { type Scope, systemScope } from '#libs/kernel';
import { OrganizationWalk, RollupService } from '#libs/metering';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

@HandlesJob(rollUpUsage)
export class RollUpUsageHandler implements JobHandler<Record<string, never>> {
	constructor(
		private readonly organizations: OrganizationWalk,
		private readonly rollups: RollupService,
	) {}

	async handle({ requestId }: Scope): Promise<void> {
		for (const id of await this.organizations.ids())
			await this.rollups.rollUpDue(systemScope(id, rollUpUsage.name, requestId));
	}
}
