import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { AppError, missing, userIdOf } from '#libs/kernel';
import { epochField, Epochs, Invalidations } from '#libs/redis';
import { outranks } from './outranks.js';
import { type Membership, MembershipRepository } from './persistence/membership.repository.js';
import { RolesService } from './roles.service.js';

/** Who belongs to an organization. Called inside the transaction of the use case that it is a part of. */
@Injectable()
export class MembershipsService {
	constructor(
		private readonly memberships: MembershipRepository,
		private readonly roles: RolesService,
		private readonly epochs: Epochs,
		private readonly invalidations: Invalidations,
	) {}

	/** @throws AppError invalid `unknown_role`; denied `role_too_powerful` */
	async add(tenant: TenantScope, userId: string, roleName: string): Promise<void> {
		const role = await this.roles.assignable(tenant, roleName);
		await this.memberships.insert(tenant, userId);
		await this.memberships.assign(tenant, userId, role);
	}

	/** @throws AppError missing */
	async get(tenant: TenantScope, userId: string): Promise<Membership> {
		const membership = await this.memberships.find(tenant, userId);
		if (!membership) throw missing('User');
		return membership;
	}

	/**
	 * Somebody else's membership, of no more rights than the scope has; so an organization never loses its last owner.
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

	/** Sets the status; every credential of the member notices at its next use. */
	async change(tenant: TenantScope, userId: string, status: Membership['status']): Promise<void> {
		const epoch = await this.memberships.change(tenant, userId, status);
		tenant.transaction.onCommit(async () => {
			await this.epochs.raise(tenant.organizationId, epochField.membership(userId), epoch);
			await this.invalidations.publish('user', userId);
		});
	}
}
