import { RetentionService } from '#libs/conversations';
import { purgeConversations } from '#libs/jobs';
import { type Scope, systemScope } from '#libs/kernel';
import { OrganizationWalk } from '#libs/metering';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

@HandlesJob(purgeConversations)
export class PurgeConversationsHandler implements JobHandler<Record<string, never>> {
	constructor(
		private readonly organizations: OrganizationWalk,
		private readonly retention: RetentionService,
	) {}

	async handle({ requestId }: Scope): Promise<void> {
		for (const id of await this.organizations.ids())
			await this.retention.purge(systemScope(id, purgeConversations.name, requestId));
	}
}
