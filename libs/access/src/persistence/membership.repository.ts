import { Injectable } from '@nestjs/common';
import { type TenantScope, violatedUnique } from '#libs/database';
import { AppError, newId, SYSTEM_ORGANIZATION_ID } from '#libs/kernel';
import { MembershipEntity } from './membership.entity.js';

export interface Membership {
	readonly userId: string;
	readonly status: 'active' | 'suspended';
	readonly epoch: number;
	/** In the whole organization, of roles that have not expired. */
	readonly permissions: readonly string[];
}

/** Assignments of the role `owner` in the whole organization and without an end. */
const owners = `FROM user_roles a JOIN roles r ON r.organization_id = a.role_organization_id AND r.id = a.role_id
	WHERE a.organization_id = $1 AND r.organization_id = $2 AND r.name = 'owner' AND a.project_id IS NULL AND a.expires_at IS NULL`;

@Injectable()
export class MembershipRepository {
	/** @throws AppError conflict `already_member` */
	async insert(scope: TenantScope, userId: string): Promise<void> {
		const { organizationId } = scope;
		try {
			await scope.transaction.manager.insert(MembershipEntity, { organizationId, id: newId(), userId });
		} catch (error) {
			if (violatedUnique(error) !== 'memberships_organization_id_user_id_key') throw error;
			throw new AppError('conflict', 'already_member', 'This person is a member already', { cause: error });
		}
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

	async setStatus(scope: TenantScope, userId: string, status: Membership['status']): Promise<void> {
		await scope.transaction.manager.update(
			MembershipEntity,
			{ organizationId: scope.organizationId, userId },
			{ status, updatedAt: () => 'now()' },
		);
	}

	/** Raises the epochs of these members. Returns the new ones. */
	async raiseEpochs(scope: TenantScope, userIds: readonly string[]): Promise<{ userId: string; epoch: number }[]> {
		const [rows] = await scope.transaction.manager.query<[{ userId: string; epoch: number }[], number]>(
			`UPDATE memberships SET epoch = epoch + 1, updated_at = now()
			WHERE organization_id = $1 AND user_id = ANY ($2) RETURNING user_id AS "userId", epoch`,
			[scope.organizationId, userIds],
		);
		return rows;
	}

	/** Until the end of the transaction nobody else changes who owns the organization. */
	async lockOwners(scope: TenantScope): Promise<void> {
		await scope.transaction.manager.query('SELECT FROM organizations WHERE id = $1 FOR NO KEY UPDATE', [
			scope.organizationId,
		]);
	}

	/** Whether the user has the role for good, whether they may act or not. */
	async isOwner(scope: TenantScope, userId: string): Promise<boolean> {
		const [row] = await scope.transaction.manager.query<{ isOwner: boolean }[]>(
			`SELECT EXISTS (SELECT ${owners} AND a.user_id = $3) AS "isOwner"`,
			[scope.organizationId, SYSTEM_ORGANIZATION_ID, userId],
		);
		return row?.isOwner === true;
	}

	/** Owners who may act now. */
	async countOwners(scope: TenantScope): Promise<number> {
		const [row] = await scope.transaction.manager.query<{ count: string }[]>(
			`SELECT count(*) ${owners} AND EXISTS (SELECT FROM memberships m JOIN users u ON u.id = m.user_id
				WHERE m.organization_id = a.organization_id AND m.user_id = a.user_id AND m.status = 'active' AND u.status = 'active')`,
			[scope.organizationId, SYSTEM_ORGANIZATION_ID],
		);
		return Number(row?.count);
	}
}
