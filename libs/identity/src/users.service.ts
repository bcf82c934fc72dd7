import { Injectable } from '@nestjs/common';
import { MembershipsService, type Page, type PageRequest } from '#libs/access';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, missing, newId, type Scope } from '#libs/kernel';
import { PasswordHasher } from './password-hasher.js';
import { demandGoodPassword } from './password-rules.js';
import { type User, UserRepository } from './persistence/user.repository.js';

export interface NewUser {
	readonly email: string;
	readonly name: string;
	readonly password: string;
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
		private readonly hasher: PasswordHasher,
	) {}

	async list(scope: Scope, request: PageRequest): Promise<Page<User>> {
		return this.work.run(scope, (tenant) => this.users.page(tenant, request));
	}

	/** @throws AppError missing */
	async get(scope: Scope, id: string): Promise<User> {
		return this.work.run(scope, (tenant) => this.read(tenant, id));
	}

	/**
	 * Account, membership and role at once.
	 * @throws AppError invalid `weak_password`, `unknown_role`; denied `role_too_powerful`; conflict `email_taken`
	 */
	async create(scope: Scope, input: NewUser): Promise<User> {
		demandGoodPassword(input.password, { email: input.email, names: [input.name] });
		const passwordHash = await this.hasher.hash(input.password); // before the transaction: it takes a while
		return this.work.run(scope, async (tenant) => {
			const id = newId();
			await this.users.insert(tenant, { id, email: input.email, name: input.name, passwordHash });
			await this.memberships.add(tenant, id, input.role);
			return this.read(tenant, id);
		});
	}

	/**
	 * @throws AppError missing; conflict `own_account`; denied `user_too_powerful`, and `not_only_membership` for the account of
	 * somebody who belongs to other organizations, too.
	 */
	async update(scope: Scope, id: string, change: UserChange): Promise<User> {
		return this.work.run(scope, async (tenant) => {
			const user = await this.read(tenant, id);
			if (change.name !== undefined) await this.rename(tenant, user, change.name);
			if (change.membershipStatus !== undefined && change.membershipStatus !== user.membershipStatus) {
				await this.memberships.actOn(tenant, id);
				await this.memberships.change(tenant, id, change.membershipStatus);
			}
			if (change.status !== undefined && change.status !== user.status)
				await this.changeAccount(tenant, id, change.status);
			return this.read(tenant, id);
		});
	}

	/** The name belongs to the account, which organizations share. */
	private async rename(tenant: TenantScope, user: User, name: string): Promise<void> {
		if (name === user.name) return;
		await this.demandAccount(tenant, user.id);
		await this.users.change(tenant, user.id, { name });
	}

	private async changeAccount(tenant: TenantScope, id: string, status: User['status']): Promise<void> {
		await this.memberships.actOn(tenant, id);
		await this.demandAccount(tenant, id);
		await this.users.change(tenant, id, { status });
		const { status: membershipStatus } = await this.memberships.get(tenant, id);
		await this.memberships.change(tenant, id, membershipStatus); // same status, next epoch: credentials notice
	}

	/** An organization's admin acts on memberships; the account behind one is theirs only if it has no other. */
	private async demandAccount(tenant: TenantScope, id: string): Promise<void> {
		if (tenant.actor.kind === 'system' || tenant.permissions.has('instance:users')) return;
		if (tenant.actor.userId === id || (await this.users.countMemberships(id)) === 1) return;
		throw new AppError('denied', 'not_only_membership', 'This account belongs to other organizations, too');
	}

	private async read(tenant: TenantScope, id: string): Promise<User> {
		const user = await this.users.find(tenant, id);
		if (!user) throw missing('User');
		return user;
	}
}
