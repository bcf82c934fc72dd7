import { Injectable } from '@nestjs/common';
import { type AuditEntry, AuditLog } from '#libs/audit';
import type { TenantScope } from '#libs/database';
import { Invalidations } from '#libs/redis';

/** What accompanies every change here: an event in its transaction, and after the commit every replica forgets what it cached. */
@Injectable()
export class ChangeLog {
	constructor(
		private readonly audit: AuditLog,
		private readonly invalidations: Invalidations,
	) {}

	async add(tenant: TenantScope, topic: 'providers' | 'aliases', entry: AuditEntry): Promise<void> {
		await this.audit.record(tenant, entry);
		tenant.transaction.onCommit(() => this.invalidations.publish(topic, tenant.organizationId));
	}
}
