import { Idempotency } from '#libs/idempotency';
import { purgeIdempotencyKeys } from '#libs/jobs';
import { type Scope, systemScope } from '#libs/kernel';
import { OrganizationWalk } from '#libs/metering';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

@HandlesJob(purgeIdempotencyKeys)
export class PurgeIdempotencyKeysHandler implements JobHandler<Record<string, never>> {
	constructor(
		private readonly organizations: OrganizationWalk,
		private readonly idempotency: Idempotency,
	) {}

	async handle({ requestId }: Scope): Promise<void> {
		for (const id of await this.organizations.ids())
			await this.idempotency.purge(systemScope(id, purgeIdempotencyKeys.name, requestId));
	}
}
