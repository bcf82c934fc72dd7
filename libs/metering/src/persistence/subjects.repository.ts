import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { SYSTEM_ORGANIZATION_ID } from '#libs/kernel';
import type { Attachment } from '../rules/attachment.js';
import type { Caller } from '../rules/precedence.js';
import type { HeldRole } from '../rules/role-template.js';

/** Where each kind of thing lies that rules are attached to, and which column is its id. */
const places = {
	project: ['projects', 'id'],
	user: ['memberships', 'user_id'],
	key: ['api_keys', 'id'],
} as const satisfies Partial<Record<Attachment, readonly [table: string, column: string]>>;

/** What rules are attached to: projects, members, keys, and the roles of members. */
@Injectable()
export class SubjectsRepository {
	/** Whether the organization has it. */
	async exists({ organizationId, transaction }: TenantScope, what: keyof typeof places, id: string): Promise<boolean> {
		const [table, column] = places[what];
		const rows = await transaction.manager.query<object[]>(
			`SELECT 1 FROM ${table} WHERE organization_id = $1 AND ${column} = $2`,
			[organizationId, id],
		);
		return rows.length > 0;
	}

	/** Who calls with a key; `undefined`: there is no such key. */
	async ofKey({ organizationId, transaction }: TenantScope, keyId: string): Promise<Caller | undefined> {
		const [row] = await transaction.manager.query<Caller[]>(
			`SELECT project_id AS "projectId", user_id AS "userId", id AS "keyId" FROM api_keys WHERE organization_id = $1 AND id = $2`,
			[organizationId, keyId],
		);
		return row;
	}

	/** Those that have not expired. */
	async rolesOf({ organizationId, transaction }: TenantScope, userId: string): Promise<HeldRole[]> {
		return transaction.manager.query<HeldRole[]>(
			`SELECT r.id AS "roleId", r.name, r.organization_id = $3 AS "isBuiltIn", a.project_id AS "projectId"
			FROM user_roles a JOIN roles r ON r.organization_id = a.role_organization_id AND r.id = a.role_id
			WHERE a.organization_id = $1 AND a.user_id = $2 AND (a.expires_at IS NULL OR a.expires_at > now()) ORDER BY a.id`,
			[organizationId, userId, SYSTEM_ORGANIZATION_ID],
		);
	}
}
