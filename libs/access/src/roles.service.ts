import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, missing, type Scope } from '#libs/kernel';
import { MembershipEpochs } from './membership-epochs.js';
import { outranksRole } from './outranks.js';
import { AssignmentStore } from './persistence/assignment-store.js';
import { quotas } from './persistence/quota.js';
import { nameTaken } from './persistence/role.repository.js';
import { checkRole, type Role, type RoleInput, tooPowerful } from './role.js';

/** The roles that an organization can give: the built-in ones, and its own. */
@Injectable()
export class RolesService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly store: AssignmentStore,
		private readonly epochs: MembershipEpochs,
		private readonly audit: AuditLog,
	) {}

	/** Own and built-in ones, with their permissions. */
	async list(scope: Scope): Promise<readonly Role[]> {
		return this.work.run(scope, (tenant) => this.store.roles.all(tenant));
	}

	/** @throws AppError missing */
	async get(scope: Scope, id: string): Promise<Role> {
		return this.work.run(scope, (tenant) => this.read(tenant, id));
	}

	/** @throws AppError invalid `unknown_permission`; denied `role_too_powerful`; conflict `role_name_taken`, `quota_reached` */
	async create(scope: Scope, input: RoleInput): Promise<Role> {
		return this.work.run(scope, async (tenant) => {
			checkRole(tenant, input);
			await quotas.roles.take(tenant);
			if (await this.store.roles.findByName(tenant, input.name)) throw nameTaken();
			const role = await this.read(tenant, await this.store.roles.insert(tenant, input));
			await this.audit.record(tenant, { action: 'role.create', targetType: 'role', targetId: role.id, after: role });
			return role;
		});
	}

	/**
	 * Whoever has the role notices at once.
	 * @throws AppError missing; conflict `built_in_role`, `role_name_taken`; invalid `unknown_permission`; denied `role_too_powerful`
	 */
	async update(
		scope: Scope,
		id: string,
		change: { [Field in keyof RoleInput]?: RoleInput[Field] | undefined },
	): Promise<Role> {
		return this.work.run(scope, async (tenant) => {
			const before = await this.own(tenant, id);
			const input: RoleInput = {
				name: change.name ?? before.name,
				description: change.description ?? before.description,
				permissions: change.permissions ?? before.permissions,
				models: change.models ?? before.models,
			};
			checkRole(tenant, input);
			const namesake = await this.store.roles.findByName(tenant, input.name);
			if (namesake !== undefined && namesake.id !== id) throw nameTaken();
			await this.store.roles.update(tenant, id, input);
			await this.epochs.raise(tenant, await this.store.assignments.holders(tenant, id));
			const after = await this.read(tenant, id);
			await this.audit.record(tenant, { action: 'role.update', targetType: 'role', targetId: id, before, after });
			return after;
		});
	}

	/** @throws AppError missing; conflict `built_in_role`, `role_in_use`; denied `role_too_powerful` */
	async remove(scope: Scope, id: string): Promise<void> {
		await this.work.run(scope, async (tenant) => {
			const before = await this.own(tenant, id);
			if ((await this.store.assignments.holders(tenant, id)).length > 0)
				throw new AppError('conflict', 'role_in_use', 'Somebody has this role: take it from them first');
			await this.store.roles.delete(tenant, id);
			await this.audit.record(tenant, { action: 'role.delete', targetType: 'role', targetId: id, before });
		});
	}

	private async read(tenant: TenantScope, id: string): Promise<Role> {
		const role = await this.store.roles.find(tenant, id);
		if (!role) throw missing('Role');
		return role;
	}

	/** One that the scope may change. */
	private async own(tenant: TenantScope, id: string): Promise<Role> {
		const role = await this.read(tenant, id);
		if (role.organizationId !== tenant.organizationId)
			throw new AppError('conflict', 'built_in_role', 'Built-in roles cannot be changed: make one of your own');
		if (!outranksRole(tenant, role)) throw tooPowerful();
		return role;
	}
}
