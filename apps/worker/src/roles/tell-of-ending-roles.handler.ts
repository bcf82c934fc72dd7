import { RoleNotices } from '#libs/identity';
import { tellOfEndingRoles } from '#libs/jobs';
import type { Scope } from '#libs/kernel';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

@HandlesJob(tellOfEndingRoles)
export class TellOfEndingRolesHandler implements JobHandler<Record<string, never>> {
	constructor(private readonly notices: RoleNotices) {}

	async handle({ requestId }: Scope): Promise<void> {
		await this.notices.tell(requestId);
	}
}
