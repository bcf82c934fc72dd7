import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import type { ModelRule } from '../model-rules.js';
import { projectPermissions } from '../permissions.js';

/** A role that somebody has, with what it brings in a project. */
export interface Grant {
	readonly assignmentId: string;
	readonly roleId: string;
	readonly roleName: string;
	readonly projectId: string | null;
	readonly expiresAt: Date | null;
	readonly permissions: readonly string[];
	readonly models: ModelRule;
}

export interface MemberRights {
	/** User and membership both. */
	readonly isActive: boolean;
	/** Of roles that have not expired. */
	readonly grants: readonly Grant[];
}

/** What members may do, and by which roles: for explanations. Authentication reads it by functions of the database. */
@Injectable()
export class RightsRepository {
	/** `undefined`: no member. */
	async of(scope: TenantScope, userId: string, projectId: string | undefined): Promise<MemberRights | undefined> {
		const { manager } = scope.transaction;
		const [member] = await manager.query<{ isActive: boolean }[]>(
			`SELECT m.status = 'active' AND u.status = 'active' AS "isActive"
			FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.organization_id = $1 AND m.user_id = $2`,
			[scope.organizationId, userId],
		);
		if (member === undefined) return undefined;
		const grants = await manager.query<Grant[]>(
			`SELECT a.id AS "assignmentId", r.id AS "roleId", r.name AS "roleName", a.project_id AS "projectId",
				a.expires_at AS "expiresAt", json_build_object('dialects', r.dialects, 'allow', r.model_allow, 'deny', r.model_deny) AS models,
				ARRAY(SELECT p.permission FROM role_permissions p WHERE p.organization_id = r.organization_id AND p.role_id = r.id
					AND (a.project_id IS NULL OR p.permission = ANY ($4)) ORDER BY p.permission) AS permissions
			FROM user_roles a JOIN roles r ON r.organization_id = a.role_organization_id AND r.id = a.role_id
			WHERE a.organization_id = $1 AND a.user_id = $2 AND (a.expires_at IS NULL OR a.expires_at > now())
				AND (a.project_id IS NULL OR a.project_id = $3) ORDER BY a.id`,
			[scope.organizationId, userId, projectId ?? null, [...projectPermissions]],
		);
		return { isActive: member.isActive, grants };
	}
}
