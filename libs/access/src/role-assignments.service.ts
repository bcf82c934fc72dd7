import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, missing, type Page, type PageRequest, type Scope } from '#libs/kernel';
import { type Assignment, type AssignmentFilter, type AssignmentInput, checkExpiry } from './assignment.js';
import { AssignmentStore } from './persistence/assignment-store.js';
import { MembershipEpochs } from './membership-epochs.js';
import { outranksRole } from './outranks.js';
import { Owners } from './owners.js';
import { type Role, tooPowerful } from './role.js';

/** Gives roles to people and service accounts, and takes them. Nobody gives, or takes, more than they may do themselves. */
@Injectable()
export class RoleAssignmentsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly store: AssignmentStore,
		private readonly epochs: MembershipEpochs,
		private readonly owners: Owners,
		private readonly audit: AuditLog,
	) {}

	async list(scope: Scope, filter: AssignmentFilter, request: PageRequest): Promise<Page<Assignment>> {
		return this.work.run(scope, (tenant) => this.store.assignments.page(tenant, filter, request));
	}

	/**
	 * @throws AppError missing for a user, role or project that is not of the organization; denied `role_too_powerful`;
	 * invalid `expiry_in_past`; conflict `already_assigned`
	 */
	async assign(scope: Scope, input: AssignmentInput): Promise<Assignment> {
		checkExpiry(input.expiresAt ?? null, new Date());
		return this.work.run(scope, async (tenant) => {
			const role = await this.store.roles.find(tenant, input.roleId);
			if (!role) throw missing('Role');
			if (!(await this.store.memberships.find(tenant, input.userId))) throw missing('User');
			if (input.projectId !== undefined && !(await this.store.projects.find(tenant, input.projectId)))
				throw missing('Project');
			const assignment = await this.give(tenant, role, input);
			await this.epochs.raise(tenant, [input.userId]);
			return assignment;
		});
	}

	/** A role that is named, for a new member: nothing of theirs is cached yet. @throws AppError invalid `unknown_role`; denied `role_too_powerful` */
	async assignByName(tenant: TenantScope, userId: string, roleName: string): Promise<Assignment> {
		const role = await this.demandAssignable(tenant, roleName);
		return this.give(tenant, role, { userId, roleId: role.id });
	}

	/** A role that the scope may give to somebody. @throws AppError invalid `unknown_role`; denied `role_too_powerful` */
	async demandAssignable(tenant: TenantScope, roleName: string): Promise<Role> {
		const role = await this.store.roles.findByName(tenant, roleName);
		if (!role)
			throw new AppError('invalid', 'unknown_role', 'There is no such role', {
				details: [{ field: 'role', code: 'unknown_role', message: 'There is no such role' }],
			});
		if (!outranksRole(tenant, role)) throw tooPowerful();
		return role;
	}

	/** @throws AppError missing; denied `role_too_powerful`; conflict `last_owner` */
	async revoke(scope: Scope, id: string): Promise<void> {
		await this.work.run(scope, async (tenant) => {
			const assignment = await this.store.assignments.find(tenant, id);
			const role = assignment && (await this.store.roles.find(tenant, assignment.roleId));
			if (!assignment || !role) throw missing('Role assignment');
			if (!outranksRole(tenant, role)) throw tooPowerful();
			const { userId } = assignment;
			await this.owners.keepOne(tenant, userId, () => this.store.assignments.delete(tenant, id));
			await this.epochs.raise(tenant, [userId]);
			await this.audit.record(tenant, {
				action: 'role.revoke',
				targetType: 'user',
				targetId: userId,
				before: assignment,
			});
		});
	}

	private async give(tenant: TenantScope, role: Role, input: AssignmentInput): Promise<Assignment> {
		if (!outranksRole(tenant, role)) throw tooPowerful();
		const { userId, projectId = null, expiresAt = null } = input;
		const id = await this.store.assignments.insert(tenant, { userId, role, projectId, expiresAt });
		const assignment = await this.store.assignments.find(tenant, id);
		if (!assignment) throw missing('Role assignment');
		await this.audit.record(tenant, {
			action: 'role.assign',
			targetType: 'user',
			targetId: userId,
			after: assignment,
		});
		return assignment;
	}
}
