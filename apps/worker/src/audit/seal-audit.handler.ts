import { AuditSealer } from '#libs/audit';
import { sealAudit } from '#libs/jobs';
import type { Scope } from '#libs/kernel';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

@HandlesJob(sealAudit)
export class SealAuditHandler implements JobHandler<Record<string, never>> {
	constructor(private readonly sealer: AuditSealer) {}

	async handle({ requestId }: Scope): Promise<void> {
		await this.sealer.sealDue(requestId);
	}
}
