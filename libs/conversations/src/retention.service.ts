import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { UnitOfWork } from '#libs/database';
import type { Scope } from '#libs/kernel';
import { RetentionRepository } from './persistence/retention.repository.js';
import { type Retention, type RetentionChange, retentionClasses } from './retention.js';

const AT_ONCE = 100;

/** How long an organization keeps conversations, and the end of those that are older. */
@Injectable()
export class RetentionService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly retention: RetentionRepository,
		private readonly audit: AuditLog,
	) {}

	get(scope: Scope): Promise<Retention> {
		return this.work.run(scope, (tenant) => this.retention.read(tenant));
	}

	/** Counts from the worker's next round. */
	update(scope: Scope, change: RetentionChange): Promise<Retention> {
		return this.work.run(scope, async (tenant) => {
			const before = await this.retention.read(tenant);
			await this.retention.write(tenant, change);
			const after = await this.retention.read(tenant);
			const target = { targetType: 'organization', targetId: scope.organizationId } as const;
			await this.audit.record(tenant, { action: 'conversation.retention_change', ...target, before, after });
			return after;
		});
	}

	/** Removes what is older than it may get, a few conversations in each transaction. Idempotent. Returns how many there were. */
	async purge(scope: Scope): Promise<number> {
		const retention = await this.get(scope);
		let removed = 0;
		for (const name of retentionClasses) {
			const days = retention[name];
			if (days === null) continue;
			for (let count = AT_ONCE; count === AT_ONCE; removed += count)
				count = await this.work.run(scope, (tenant) => this.retention.purge(tenant, name, { days, limit: AT_ONCE }));
		}
		return removed;
	}
}
