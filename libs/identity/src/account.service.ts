import { Injectable } from '@nestjs/common';
import { type Organization, OrganizationsService } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { missing, type Scope, userIdOf } from '#libs/kernel';
import { type User, UserRepository } from './persistence/user.repository.js';

/** Somebody signed in, where they act now. */
export interface Account {
	readonly user: User;
	readonly organization: Organization;
}

export interface OwnAccount extends Account {
	readonly permissions: readonly string[];
	/** Where else they could act: `POST /api/v1/auth/switch`. */
	readonly organizationIds: readonly string[];
}

@Injectable()
export class AccountService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly users: UserRepository,
		private readonly organizations: OrganizationsService,
	) {}

	/** @throws AppError missing for actors that are no person. */
	async describe(scope: Scope): Promise<Account> {
		return this.work.run(scope, async (tenant) => {
			const user = await this.users.find(tenant, userIdOf(scope) ?? '');
			if (!user) throw missing('User');
			return { user, organization: await this.organizations.current(tenant) };
		});
	}

	async me(scope: Scope): Promise<OwnAccount> {
		const account = await this.describe(scope);
		const login = await this.users.findLogin(account.user.email);
		return {
			...account,
			permissions: [...scope.permissions].toSorted(),
			organizationIds: login?.organizationIds ?? [],
		};
	}
}
