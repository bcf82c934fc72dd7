import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { SYSTEM_ORGANIZATION_ID } from '#libs/kernel';

export interface Role {
	/** Own organization, or the system organization for built-in roles. */
	readonly organizationId: string;
	readonly id: string;
	readonly name: string;
	readonly description: string;
	readonly isBuiltIn: boolean;
	readonly permissions: readonly string[];
}

/** Own roles, and those that the system organization shares with all. Where both have a name, the own one comes first. */
const roles = `SELECT r.organization_id AS "organizationId", r.id, r.name, r.description, r.organization_id = $2 AS "isBuiltIn",
		ARRAY(SELECT p.permission FROM role_permissions p
			WHERE p.organization_id = r.organization_id AND p.role_id = r.id ORDER BY p.permission) AS permissions
	FROM roles r WHERE (r.organization_id = $1 OR (r.organization_id = $2 AND r.is_shared))`;
const ownFirst = 'ORDER BY r.organization_id = $1 DESC, r.created_at, r.id';

@Injectable()
export class RoleRepository {
	async all(scope: TenantScope): Promise<Role[]> {
		return scope.transaction.manager.query<Role[]>(`${roles} ${ownFirst}`, [
			scope.organizationId,
			SYSTEM_ORGANIZATION_ID,
		]);
	}

	async findByName(scope: TenantScope, name: string): Promise<Role | undefined> {
		const [role] = await scope.transaction.manager.query<Role[]>(`${roles} AND r.name = $3 ${ownFirst} LIMIT 1`, [
			scope.organizationId,
			SYSTEM_ORGANIZATION_ID,
			name,
		]);
		return role;
	}
}
