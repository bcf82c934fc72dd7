import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork, violatedUnique } from '#libs/database';
import { AppError, newId, type Page, type PageRequest, pageOf } from '#libs/kernel';
import type { Assignment, AssignmentFilter } from '../assignment.js';
import type { Role } from '../role.js';
import { UserRoleEntity } from './user-role.entity.js';

export interface NewAssignment {
	readonly userId: string;
	readonly role: Pick<Role, 'organizationId' | 'id'>;
	readonly projectId: string | null;
	readonly expiresAt: Date | null;
}

const columns = `a.id, a.user_id AS "userId", a.role_id AS "roleId", r.name AS "roleName", a.project_id AS "projectId",
	a.expires_at AS "expiresAt", a.created_at AS "createdAt"`;
const named = 'JOIN roles r ON r.organization_id = a.role_organization_id AND r.id = a.role_id';
const assignments = `SELECT ${columns} FROM user_roles a ${named} WHERE a.organization_id = $1`;

@Injectable()
export class AssignmentRepository {
	constructor(private readonly work: UnitOfWork) {}

	/** Oldest first. */
	async page(scope: TenantScope, filter: AssignmentFilter, { limit, after }: PageRequest): Promise<Page<Assignment>> {
		const rows = await scope.transaction.manager.query<Assignment[]>(
			`${assignments} AND ($2::uuid IS NULL OR a.id > $2) AND ($4::uuid IS NULL OR a.user_id = $4)
				AND ($5::uuid IS NULL OR a.role_id = $5) AND ($6::uuid IS NULL OR a.project_id = $6) ORDER BY a.id LIMIT $3`,
			[
				scope.organizationId,
				after ?? null,
				limit + 1,
				filter.userId ?? null,
				filter.roleId ?? null,
				filter.projectId ?? null,
			],
		);
		return pageOf(rows, limit);
	}

	async find(scope: TenantScope, id: string): Promise<Assignment | undefined> {
		const [row] = await scope.transaction.manager.query<Assignment[]>(`${assignments} AND a.id = $2`, [
			scope.organizationId,
			id,
		]);
		return row;
	}

	/** Returns its id. Takes the place of the same one that has expired. @throws AppError conflict `already_assigned` */
	async insert(scope: TenantScope, { userId, role, projectId, expiresAt }: NewAssignment): Promise<string> {
		const { manager } = scope.transaction;
		await manager.query(
			`DELETE FROM user_roles WHERE organization_id = $1 AND user_id = $2 AND role_id = $3
				AND project_id IS NOT DISTINCT FROM $4 AND expires_at <= now()`,
			[scope.organizationId, userId, role.id, projectId],
		);
		const id = newId();
		try {
			await manager.insert(UserRoleEntity, {
				organizationId: scope.organizationId,
				id,
				userId,
				roleOrganizationId: role.organizationId,
				roleId: role.id,
				projectId,
				expiresAt,
			});
		} catch (error) {
			if (violatedUnique(error) !== 'user_roles_once') throw error;
			throw new AppError('conflict', 'already_assigned', 'This person has the role there already', { cause: error });
		}
		return id;
	}

	async delete(scope: TenantScope, id: string): Promise<void> {
		await scope.transaction.manager.delete(UserRoleEntity, { organizationId: scope.organizationId, id });
	}

	/** Who has a role, anywhere in the organization. */
	async holders(scope: TenantScope, roleId: string): Promise<string[]> {
		const rows = await scope.transaction.manager.query<{ userId: string }[]>(
			'SELECT DISTINCT user_id AS "userId" FROM user_roles WHERE organization_id = $1 AND role_id = $2',
			[scope.organizationId, roleId],
		);
		return rows.map(({ userId }) => userId);
	}

	/** Organizations with assignments that are over, at most `limit`. For the worker. */
	async organizationsWithExpired(limit: number): Promise<string[]> {
		const rows = await this.work.callDefiner<{ id: string }>(
			'SELECT id FROM organizations_with_expired_roles($1) AS id',
			[limit],
		);
		return rows.map(({ id }) => id);
	}

	/** Takes away, and returns, what is over. */
	async deleteExpired(scope: TenantScope): Promise<Assignment[]> {
		return scope.transaction.manager.query<Assignment[]>(
			`WITH over AS (DELETE FROM user_roles WHERE organization_id = $1 AND expires_at <= now() RETURNING *)
			SELECT ${columns} FROM over a ${named}`,
			[scope.organizationId],
		);
	}
}
