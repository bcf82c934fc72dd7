import { purgeMails } from '#libs/jobs';
import { type Scope, systemScope } from '#libs/kernel';
import { OrganizationWalk } from '#libs/metering';
import { MailDelivery } from '#libs/notifications';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

@HandlesJob(purgeMails)
export class PurgeMailsHandler implements JobHandler<Record<string, never>> {
	constructor(
		private readonly organizations: OrganizationWalk,
		private readonly delivery: MailDelivery,
	) {}

	async handle({ requestId }: Scope): Promise<void> {
		for (const id of await this.organizations.ids())
			await this.delivery.purge(systemScope(id, purgeMails.name, requestId));
	}
}
