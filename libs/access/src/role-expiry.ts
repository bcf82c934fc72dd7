import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { systemScope } from '#libs/kernel';
import { MembershipEpochs } from './membership-epochs.js';
import { AssignmentRepository } from './persistence/assignment.repository.js';

const ORGANIZATIONS_AT_ONCE = 1_000;

/**
 * Takes roles that have reached their end away, and tells the caches. The rights end by themselves at that moment: every
 * question asks for roles that have not expired; this makes that known to what was answered before.
 */
@Injectable()
export class RoleExpiry {
	constructor(
		private readonly work: UnitOfWork,
		private readonly assignments: AssignmentRepository,
		private readonly epochs: MembershipEpochs,
		private readonly audit: AuditLog,
	) {}

	/** In all organizations. Returns how many roles ended. */
	async expireDue(requestId: string): Promise<number> {
		let count = 0;
		for (const id of await this.assignments.organizationsWithExpired(ORGANIZATIONS_AT_ONCE))
			count += await this.work.run(systemScope(id, 'roles.expire', requestId), (tenant) => this.expire(tenant));
		return count;
	}

	private async expire(tenant: TenantScope): Promise<number> {
		const over = await this.assignments.deleteExpired(tenant);
		await this.epochs.raise(tenant, [...new Set(over.map(({ userId }) => userId))]);
		for (const assignment of over)
			await this.audit.record(tenant, {
				action: 'role.expire',
				targetType: 'user',
				targetId: assignment.userId,
				before: assignment,
			});
		return over.length;
	}
}
