import { Injectable } from '@nestjs/common';
import { MembershipsService } from '#libs/access';
import type { TenantScope } from '#libs/database';
import { AppError, Clock, userIdOf } from '#libs/kernel';
import { demandAccount } from './account-authority.js';
import { type User, UserRepository } from './persistence/user.repository.js';
import { SecurityEvents } from './security-events.js';
import { SessionsService } from './sessions.service.js';

/** Days between the end of an account and its erasure: long enough to notice a mistake. */
export const GRACE_DAYS = 30;
const DAY_MS = 86_400_000;

/** What happens to an account everywhere, whoever asks for it: an administrator or its owner. Part of their transaction. */
@Injectable()
export class AccountChanges {
	constructor(
		private readonly users: UserRepository,
		private readonly memberships: MembershipsService,
		private readonly sessions: SessionsService,
		private readonly events: SecurityEvents,
		private readonly clock: Clock,
	) {}

	/** @throws AppError denied `not_only_membership` */
	async rename(tenant: TenantScope, user: Pick<User, 'id' | 'name'>, name: string): Promise<void> {
		if (name === user.name) return;
		await demandAccount(this.users, tenant, user.id);
		await this.users.change(tenant, user.id, { name });
		await this.events.record(tenant, 'user.update', user.id, { changed: ['name'] });
	}

	/**
	 * Somebody else's. Disabling ends all sessions; enabling takes a deletion back.
	 * @throws AppError conflict `own_account`, `last_owner`; denied `user_too_powerful`, `not_only_membership`
	 */
	async setStatus(tenant: TenantScope, id: string, status: User['status']): Promise<void> {
		await this.memberships.actOn(tenant, id);
		await demandAccount(this.users, tenant, id);
		if (status === 'disabled') await this.demandOtherOwners(tenant, id);
		await this.users.change(tenant, id, status === 'active' ? { status, deleteAfter: null } : { status });
		await this.forget(tenant, id, 'disabled');
		await this.events.record(tenant, 'user.update', id, { status });
	}

	/**
	 * Closes an account and has it erased after the grace period.
	 * @throws AppError conflict `last_owner`; of somebody else: denied `user_too_powerful`, `not_only_membership`
	 */
	async end(tenant: TenantScope, user: Pick<User, 'id' | 'email'>): Promise<Date> {
		if (userIdOf(tenant) !== user.id) await this.memberships.actOn(tenant, user.id);
		await demandAccount(this.users, tenant, user.id);
		await this.demandOtherOwners(tenant, user.id);
		const deleteAfter = new Date(this.clock.now().getTime() + GRACE_DAYS * DAY_MS);
		await this.users.change(tenant, user.id, { status: 'disabled', deleteAfter });
		await this.forget(tenant, user.id, 'deleted');
		await this.events.tellOfDeletion(tenant, user, deleteAfter);
		return deleteAfter;
	}

	/** Ends all sessions of somebody else. Returns how many. @throws AppError denied `user_too_powerful`, `not_only_membership` */
	async logOut(tenant: TenantScope, id: string): Promise<number> {
		if (userIdOf(tenant) !== id) await this.memberships.actOn(tenant, id);
		await demandAccount(this.users, tenant, id);
		const ended = await this.sessions.endAll(tenant, id, 'ended_by_admin');
		await this.events.record(tenant, 'auth.logout_all', id);
		return ended;
	}

	/** In no organization the last one. Waits for everybody else who takes rights from owners there. */
	private async demandOtherOwners(tenant: TenantScope, id: string): Promise<void> {
		if ((await this.users.soleOwnerships(tenant, id)).length > 0)
			throw new AppError('conflict', 'last_owner', 'An organization would have no owner any more');
	}

	private async forget(tenant: TenantScope, id: string, reason: string): Promise<void> {
		await this.sessions.endAll(tenant, id, reason);
		const { status } = await this.memberships.get(tenant, id);
		await this.memberships.change(tenant, id, status); // same status, next epoch: keys notice
	}
}
