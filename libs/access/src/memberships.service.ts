import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import type { TenantScope } from '#libs/database';
import { AppError, missing, userIdOf } from '#libs/kernel';
import { MembershipEpochs } from './membership-epochs.js';
import { outranks } from './outranks.js';
import { Owners } from './owners.js';
import { type Membership, MembershipRepository } from './persistence/membership.repository.js';
import { RoleAssignmentsService } from './role-assignments.service.js';

/** Who belongs to an organization. Called inside the transaction of the use case that it is a part of. */
@Injectable()
export class MembershipsService {
	constructor(
		private readonly memberships: MembershipRepository,
		private readonly assignments: RoleAssignmentsService,
		private readonly epochs: MembershipEpochs,
		private readonly owners: Owners,
		private readonly audit: AuditLog,
	) {}

	/** @throws AppError invalid `unknown_role`; denied `role_too_powerful`; conflict `already_member` */
	async add(tenant: TenantScope, userId: string, roleName: string): Promise<void> {
		await this.memberships.insert(tenant, userId);
		await this.assignments.assignByName(tenant, userId, roleName);
	}

	/** @throws AppError missing */
	async get(tenant: TenantScope, userId: string): Promise<Membership> {
		const membership = await this.memberships.find(tenant, userId);
		if (!membership) throw missing('User');
		return membership;
	}

	/**
	 * Somebody else's membership, of no more rights than the scope has.
	 * @throws AppError missing; conflict `own_account`; denied `user_too_powerful`
	 */
	async actOn(tenant: TenantScope, userId: string): Promise<Membership> {
		const membership = await this.get(tenant, userId);
		if (userIdOf(tenant) === userId)
			throw new AppError('conflict', 'own_account', 'Nobody can suspend or disable their own account');
		if (!outranks(tenant, membership.permissions))
			throw new AppError('denied', 'user_too_powerful', 'This user may do more than you');
		return membership;
	}

	/**
	 * Sets the status; every credential of the member notices at its next use.
	 * @throws AppError conflict `last_owner`
	 */
	async change(tenant: TenantScope, userId: string, status: Membership['status']): Promise<void> {
		const before = await this.get(tenant, userId);
		await this.owners.keepOne(tenant, userId, () => this.memberships.setStatus(tenant, userId, status));
		await this.epochs.raise(tenant, [userId]);
		if (before.status === status) return;
		await this.audit.record(tenant, {
			action: status === 'suspended' ? 'membership.suspend' : 'membership.activate',
			targetType: 'user',
			targetId: userId,
			before: { membershipStatus: before.status },
			after: { membershipStatus: status },
		});
	}
}
