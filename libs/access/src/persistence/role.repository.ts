import { Injectable } from '@nestjs/common';
import { type TenantScope, violatedUnique } from '#libs/database';
import { AppError, newId, storableText, SYSTEM_ORGANIZATION_ID } from '#libs/kernel';
import type { Role, RoleInput } from '../role.js';
import { RoleEntity } from './role.entity.js';
import { RolePermissionEntity } from './role-permission.entity.js';

/** Own roles, and those that the system organization shares with all. Where both have a name, the own one comes first. */
const roles = `SELECT r.organization_id AS "organizationId", r.id, r.name, r.description, r.organization_id = $2 AS "isBuiltIn",
		r.created_at AS "createdAt", json_build_object('dialects', r.dialects, 'allow', r.model_allow, 'deny', r.model_deny) AS models,
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

	async find(scope: TenantScope, id: string): Promise<Role | undefined> {
		return this.one(scope, 'r.id = $3', id);
	}

	async findByName(scope: TenantScope, name: string): Promise<Role | undefined> {
		return this.one(scope, 'r.name = $3', name);
	}

	/** Returns the new role's id. @throws AppError conflict `role_name_taken` */
	async insert(scope: TenantScope, { name, description, permissions, models }: RoleInput): Promise<string> {
		const id = newId();
		const { organizationId } = scope;
		await unlessTaken(
			scope.transaction.manager.insert(RoleEntity, {
				organizationId,
				id,
				name: storableText(name),
				description: storableText(description),
				...columnsOf(models),
			}),
		);
		await this.addPermissions(scope, id, permissions);
		return id;
	}

	/** @throws AppError conflict `role_name_taken` */
	async update(scope: TenantScope, id: string, { name, description, permissions, models }: RoleInput): Promise<void> {
		const { manager } = scope.transaction;
		const { organizationId } = scope;
		await unlessTaken(
			manager.update(
				RoleEntity,
				{ organizationId, id },
				{
					name: storableText(name),
					description: storableText(description),
					...columnsOf(models),
					updatedAt: () => 'now()',
				},
			),
		);
		await manager.delete(RolePermissionEntity, { organizationId, roleId: id });
		await this.addPermissions(scope, id, permissions);
	}

	async delete(scope: TenantScope, id: string): Promise<void> {
		const { organizationId } = scope;
		await scope.transaction.manager.delete(RolePermissionEntity, { organizationId, roleId: id });
		await scope.transaction.manager.delete(RoleEntity, { organizationId, id });
	}

	private async addPermissions(scope: TenantScope, roleId: string, permissions: readonly string[]): Promise<void> {
		const { organizationId } = scope;
		const rows = [...new Set(permissions)].map((permission) => ({ organizationId, roleId, permission }));
		if (rows.length > 0) await scope.transaction.manager.insert(RolePermissionEntity, rows);
	}

	private async one(scope: TenantScope, condition: string, value: string): Promise<Role | undefined> {
		const [role] = await scope.transaction.manager.query<Role[]>(`${roles} AND ${condition} ${ownFirst} LIMIT 1`, [
			scope.organizationId,
			SYSTEM_ORGANIZATION_ID,
			value,
		]);
		return role;
	}
}

const columnsOf = ({ dialects, allow, deny }: RoleInput['models']) => ({
	dialects: dialects === null ? null : [...dialects],
	modelAllow: allow === null ? null : [...allow],
	modelDeny: [...deny],
});

async function unlessTaken(write: Promise<unknown>): Promise<void> {
	try {
		await write;
	} catch (error) {
		if (violatedUnique(error) !== 'roles_organization_id_name_key') throw error;
		throw nameTaken(error);
	}
}

export const nameTaken = (cause?: unknown): AppError =>
	new AppError('conflict', 'role_name_taken', 'A role of this name exists already', { cause });
