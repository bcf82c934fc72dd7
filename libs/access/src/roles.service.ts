import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, type Scope } from '#libs/kernel';
import { outranks } from './outranks.js';
import { type Role, RoleRepository } from './persistence/role.repository.js';

@Injectable()
export class RolesService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly roles: RoleRepository,
	) {}

	/** Own and built-in ones, with their permissions. */
	async list(scope: Scope): Promise<readonly Role[]> {
		return this.work.run(scope, (tenant) => this.roles.all(tenant));
	}

	/**
	 * A role that the scope may give to somebody: one that allows nothing the scope may not do itself.
	 * @throws AppError invalid `unknown_role`; denied `role_too_powerful`
	 */
	async assignable(tenant: TenantScope, name: string): Promise<Role> {
		const role = await this.roles.findByName(tenant, name);
		if (!role)
			throw new AppError('invalid', 'unknown_role', 'There is no such role', {
				details: [{ field: 'role', code: 'unknown_role', message: 'There is no such role' }],
			});
		if (!outranks(tenant, role.permissions))
			throw new AppError('denied', 'role_too_powerful', 'This role may do more than you: you cannot give it');
		return role;
	}
}
