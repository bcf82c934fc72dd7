import { Injectable } from '@nestjs/common';
import { MembershipsService, type Page, type PageRequest } from '#libs/access';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { missing, newId, type Scope, userIdOf } from '#libs/kernel';
import { AccountChanges } from './account-changes.js';
import { NewPasswords } from './new-passwords.js';
import { type User, type UserFilter, UserRepository } from './persistence/user.repository.js';

export interface NewUser {
	readonly email: string;
	readonly name: string;
	/** Without one the person resets it, by mail. */
	readonly password?: string | undefined;
	/** Name of a role that the creator may give. */
	readonly role: string;
}

export interface UserChange {
	readonly name?: string | undefined;
	/** Of the account, everywhere. */
	readonly status?: User['status'] | undefined;
	/** In this organization only. */
	readonly membershipStatus?: User['membershipStatus'] | undefined;
}

/** The people of an organization. */
@Injectable()
export class UsersService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly users: UserRepository,
		private readonly memberships: MembershipsService,
		private readonly passwords: NewPasswords,
		private readonly changes: AccountChanges,
	) {}

	async list(scope: Scope, request: PageRequest, filter: UserFilter = {}): Promise<Page<User>> {
		return this.work.run(scope, (tenant) => this.users.page(tenant, request, filter));
	}

	/** @throws AppError missing */
	async get(scope: Scope, id: string): Promise<User> {
		return this.work.run(scope, (tenant) => this.read(tenant, id));
	}

	/**
	 * Account, membership and role at once.
	 * @throws AppError invalid `weak_password`, `unknown_role`; denied `role_too_powerful`; conflict `email_taken`
	 */
	async create(scope: Scope, { email, name, password, role }: NewUser): Promise<User> {
		const passwordHash = password === undefined ? null : await this.passwords.hash(password, { email, names: [name] });
		return this.work.run(scope, async (tenant) => {
			const id = newId();
			await this.users.insert(tenant, { id, email, name, passwordHash });
			await this.memberships.add(tenant, id, role);
			await this.passwords.recordNew(tenant, id, role);
			return this.read(tenant, id);
		});
	}

	/**
	 * @throws AppError missing; conflict `own_account`, `last_owner`; denied `user_too_powerful`, and `not_only_membership` for
	 * the account of somebody who belongs to other organizations, too.
	 */
	async update(scope: Scope, id: string, change: UserChange): Promise<User> {
		return this.work.run(scope, async (tenant) => {
			const user = await this.read(tenant, id);
			if (change.name !== undefined) await this.changes.rename(tenant, user, change.name);
			if (change.membershipStatus !== undefined && change.membershipStatus !== user.membershipStatus) {
				await this.memberships.actOn(tenant, id);
				await this.memberships.change(tenant, id, change.membershipStatus);
			}
			if (change.status !== undefined && change.status !== user.status)
				await this.changes.setStatus(tenant, id, change.status);
			return this.read(tenant, id);
		});
	}

	/** One's own name. */
	async updateOwn(scope: Scope, change: { readonly name: string }): Promise<User> {
		return this.update(scope, userIdOf(scope) ?? '', change);
	}

	/**
	 * Closes the account now and erases it after the grace period; enabling it again takes that back. With one's own id:
	 * one's own account.
	 * @throws AppError missing; conflict `last_owner`; denied `user_too_powerful`, `not_only_membership`
	 */
	async remove(scope: Scope, id: string): Promise<User> {
		return this.work.run(scope, async (tenant) => {
			await this.changes.end(tenant, await this.read(tenant, id));
			return this.read(tenant, id);
		});
	}

	/** Ends all their sessions. Returns how many. @throws AppError missing; denied `user_too_powerful`, `not_only_membership` */
	async logOut(scope: Scope, id: string): Promise<number> {
		return this.work.run(scope, async (tenant) => {
			await this.read(tenant, id);
			return this.changes.logOut(tenant, id);
		});
	}

	async removeOwn(scope: Scope): Promise<User> {
		return this.remove(scope, userIdOf(scope) ?? '');
	}

	private async read(tenant: TenantScope, id: string): Promise<User> {
		const user = await this.users.find(tenant, id);
		if (!user) throw missing('User');
		return user;
	}
}
