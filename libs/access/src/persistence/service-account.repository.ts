import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { newId, type Page, type PageRequest, pageOf, storableText } from '#libs/kernel';
import type { ServiceAccount } from '../service-account.js';

const accounts = `SELECT u.id, u.name, m.status, u.created_at AS "createdAt",
		ARRAY(SELECT r.name FROM user_roles a JOIN roles r ON r.organization_id = a.role_organization_id AND r.id = a.role_id
			WHERE a.organization_id = m.organization_id AND a.user_id = m.user_id AND (a.expires_at IS NULL OR a.expires_at > now())
			ORDER BY r.name) AS roles
	FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.organization_id = $1 AND u.kind = 'service'`;

/** Service accounts are users without a password and a mailbox, of one organization. */
@Injectable()
export class ServiceAccountRepository {
	/** Oldest first. */
	async page(scope: TenantScope, { limit, after }: PageRequest): Promise<Page<ServiceAccount>> {
		const rows = await scope.transaction.manager.query<ServiceAccount[]>(
			`${accounts} AND ($2::uuid IS NULL OR u.id > $2) ORDER BY u.id LIMIT $3`,
			[scope.organizationId, after ?? null, limit + 1],
		);
		return pageOf(rows, limit);
	}

	async find(scope: TenantScope, id: string): Promise<ServiceAccount | undefined> {
		const [row] = await scope.transaction.manager.query<ServiceAccount[]>(`${accounts} AND u.id = $2`, [
			scope.organizationId,
			id,
		]);
		return row;
	}

	/** Returns its id. It is visible once it is a member. */
	async insert(scope: TenantScope, name: string): Promise<string> {
		const id = newId();
		await scope.transaction.manager.query(
			`INSERT INTO users (id, email, name, kind, last_organization_id) VALUES ($1, $2, $3, 'service', $4)`,
			[id, `${id}@service.invalid`, storableText(name), scope.organizationId],
		);
		return id;
	}

	async rename(scope: TenantScope, id: string, name: string): Promise<void> {
		await scope.transaction.manager.query(
			`UPDATE users SET name = $2, updated_at = now() WHERE id = $1 AND kind = 'service'`,
			[id, storableText(name)],
		);
	}
}
