import type { EntityManager } from 'typeorm';
import { SYSTEM_ORGANIZATION_ID as SYSTEM, newId } from '#libs/kernel';

const TURN = 4_215_002; // one bootstrap at a time per database

export interface FirstAdmin {
	readonly organizationId: string;
	readonly projectId: string;
	readonly userId: string;
	readonly email: string;
}

export interface StoredKey {
	readonly hash: Buffer;
	readonly pepperKid: string;
	/** Neither revoked nor expired, and its owner may act. */
	readonly isValid: boolean;
}

/** The rows of a new installation, as the owner, who is above row-level security. */
export class InstallationRepository {
	constructor(private readonly manager: EntityManager) {}

	/** Until the end of the transaction nobody else is at it. */
	async waitForTurn(): Promise<void> {
		await this.manager.query('SET LOCAL lock_timeout = 0');
		await this.manager.query('SELECT pg_advisory_xact_lock($1)', [TURN]);
	}

	/** The oldest owner of the oldest organization: there when the installation was bootstrapped before. */
	async firstAdmin(): Promise<FirstAdmin | undefined> {
		const [row] = await this.manager.query<FirstAdmin[]>(
			`SELECT o.id AS "organizationId", p.id AS "projectId", u.id AS "userId", u.email
			FROM organizations o
			JOIN projects p ON p.organization_id = o.id AND p.is_default
			JOIN user_roles a ON a.organization_id = o.id
			JOIN roles r ON r.organization_id = a.role_organization_id AND r.id = a.role_id AND r.name = 'owner'
			JOIN users u ON u.id = a.user_id
			WHERE o.id <> $1 ORDER BY o.created_at, o.id, a.created_at, a.id LIMIT 1`,
			[SYSTEM],
		);
		return row;
	}

	async addTenancy({ organizationId, projectId }: FirstAdmin): Promise<void> {
		await this.manager.query(`INSERT INTO organizations (id, slug, name) VALUES ($1, 'default', 'Default')`, [
			organizationId,
		]);
		await this.manager.query(
			`INSERT INTO projects (organization_id, id, name, is_default) VALUES ($1, $2, 'Default', true)`,
			[organizationId, projectId],
		);
	}

	/** Owner of the organization, and operator of the installation, which is a right held in the system organization. */
	async addAdmin({ organizationId, userId, email }: FirstAdmin, passwordHash: string): Promise<void> {
		await this.manager.query(
			`INSERT INTO users (id, email, name, password_hash, last_organization_id) VALUES ($1, $2, 'Admin', $3, $4)`,
			[userId, email, passwordHash, organizationId],
		);
		await this.addMember(organizationId, userId, 'owner');
		await this.addMember(SYSTEM, userId, 'operator');
	}

	private async addMember(organizationId: string, userId: string, role: string): Promise<void> {
		await this.manager.query('INSERT INTO memberships (organization_id, id, user_id) VALUES ($1, $2, $3)', [
			organizationId,
			newId(),
			userId,
		]);
		await this.manager.query(
			`INSERT INTO user_roles (organization_id, id, user_id, role_organization_id, role_id)
			SELECT $1, $2, $3, r.organization_id, r.id FROM roles r WHERE r.organization_id = $4 AND r.name = $5`,
			[organizationId, newId(), userId, SYSTEM, role],
		);
	}

	async addKey(
		{ organizationId, projectId, userId }: FirstAdmin,
		key: { id: string; name: string; keyId: string; hash: Buffer; pepperKid: string },
	): Promise<void> {
		await this.manager.query(
			`INSERT INTO api_keys (organization_id, id, project_id, user_id, key_id, secret_hash, pepper_kid, name)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			[organizationId, key.id, projectId, userId, key.keyId, key.hash, key.pepperKid, key.name],
		);
	}

	async findKey(keyId: string): Promise<StoredKey | undefined> {
		const [row] = await this.manager.query<StoredKey[]>(
			`SELECT k.secret_hash AS hash, k.pepper_kid AS "pepperKid", k.revoked_at IS NULL
				AND (k.expires_at IS NULL OR k.expires_at > now()) AND u.status = 'active' AND m.status = 'active' AS "isValid"
			FROM api_keys k JOIN users u ON u.id = k.user_id
			JOIN memberships m ON m.organization_id = k.organization_id AND m.user_id = k.user_id
			WHERE k.key_id = $1`,
			[keyId],
		);
		return row;
	}
}
