import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { newId } from '#libs/kernel';
import { MembershipEntity } from './membership.entity.js';
import type { Role } from './role.repository.js';
import { UserRoleEntity } from './user-role.entity.js';

export interface Membership {
	readonly userId: string;
	readonly status: 'active' | 'suspended';
	readonly epoch: number;
	/** In the whole organization, of roles that have not expired. */
	readonly permissions: readonly string[];
}

@Injectable()
export class MembershipRepository {
	async insert(scope: TenantScope, userId: string): Promise<void> {
		const { organizationId } = scope;
		await scope.transaction.manager.insert(MembershipEntity, { organizationId, id: newId(), userId });
	}

	async assign(scope: TenantScope, userId: string, role: Role): Promise<void> {
		await scope.transaction.manager.insert(UserRoleEntity, {
			organizationId: scope.organizationId,
			id: newId(),
			userId,
			roleOrganizationId: role.organizationId,
			roleId: role.id,
		});
	}

	async find(scope: TenantScope, userId: string): Promise<Membership | undefined> {
		const [row] = await scope.transaction.manager.query<Membership[]>(
			`SELECT m.user_id AS "userId", m.status, m.epoch,
				ARRAY(SELECT DISTINCT p.permission FROM user_roles a
					JOIN role_permissions p ON p.organization_id = a.role_organization_id AND p.role_id = a.role_id
					WHERE a.organization_id = m.organization_id AND a.user_id = m.user_id AND a.project_id IS NULL
						AND (a.expires_at IS NULL OR a.expires_at > now())) AS permissions
			FROM memberships m WHERE m.organization_id = $1 AND m.user_id = $2`,
			[scope.organizationId, userId],
		);
		return row;
	}

	/** Sets the status and raises the epoch. Returns the new epoch. */
	async change(scope: TenantScope, userId: string, status: Membership['status']): Promise<number> {
		const [rows] = await scope.transaction.manager.query<[{ epoch: number }[], number]>(
			`UPDATE memberships SET status = $3, epoch = epoch + 1, updated_at = now()
			WHERE organization_id = $1 AND user_id = $2 RETURNING epoch`,
			[scope.organizationId, userId, status],
		);
		return rows[0]?.epoch ?? 0;
	}
}
