import { RoleExpiry } from '#libs/access';
import { expireRoles } from '#libs/jobs';
import type { Scope } from '#libs/kernel';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

@HandlesJob(expireRoles)
export class ExpireRolesHandler implements JobHandler<Record<string, never>> {
	constructor(private readonly expiry: RoleExpiry) {}

	async handle({ requestId }: Scope): Promise<void> {
		await this.expiry.expireDue(requestId);
	}
}
