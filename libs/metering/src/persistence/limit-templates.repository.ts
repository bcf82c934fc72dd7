import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { SYSTEM_ORGANIZATION_ID } from '#libs/kernel';
import type { TemplateLimit } from '../rules/limit.js';
import type { RoleTemplate } from '../rules/role-template.js';
import { LimitTemplateEntity } from './limit-template.entity.js';

/** A role with what whoever has it may use. */
export interface LimitTemplateRecord extends RoleTemplate {
	readonly roleName: string;
	readonly isBuiltIn: boolean;
	/** `default`: the installation's; `organization`: changed here; `none`: there are no limits. */
	readonly source: 'default' | 'organization' | 'none';
}

/** A role's own row comes before the one of the system organization, which all share. */
const templates = `SELECT DISTINCT ON (r.id) r.id AS "roleId", r.name AS "roleName", r.organization_id = $2 AS "isBuiltIn",
		coalesce(t.limits, '[]') AS limits,
		CASE t.organization_id WHEN $1 THEN 'organization' WHEN $2 THEN 'default' ELSE 'none' END AS source
	FROM roles r LEFT JOIN limit_templates t ON t.role_id = r.id AND t.organization_id IN ($1, $2)
	WHERE (r.organization_id = $1 OR (r.organization_id = $2 AND r.is_shared)) AND ($3::uuid IS NULL OR r.id = $3)
	ORDER BY r.id, t.organization_id = $1 DESC`;

@Injectable()
export class LimitTemplatesRepository {
	/** Of every role that the organization can give. */
	async all(scope: TenantScope, roleId?: string): Promise<LimitTemplateRecord[]> {
		return scope.transaction.manager.query<LimitTemplateRecord[]>(templates, [
			scope.organizationId,
			SYSTEM_ORGANIZATION_ID,
			roleId ?? null,
		]);
	}

	async put(
		{ organizationId, transaction }: TenantScope,
		{ roleId, isBuiltIn }: Pick<LimitTemplateRecord, 'roleId' | 'isBuiltIn'>,
		limits: readonly TemplateLimit[],
	): Promise<void> {
		await transaction.manager.query(
			`INSERT INTO limit_templates (organization_id, role_organization_id, role_id, limits) VALUES ($1, $2, $3, $4)
			ON CONFLICT (organization_id, role_id) DO UPDATE SET limits = excluded.limits, updated_at = now()`,
			[organizationId, isBuiltIn ? SYSTEM_ORGANIZATION_ID : organizationId, roleId, JSON.stringify(limits)],
		);
	}

	/** The installation's counts again. */
	async delete({ organizationId, transaction }: TenantScope, roleId: string): Promise<void> {
		await transaction.manager.delete(LimitTemplateEntity, { organizationId, roleId });
	}
}
