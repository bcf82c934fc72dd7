import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';

/** A key with everything that decides about it, of whatever organization. */
export interface KeyCredentialRow {
	readonly organizationId: string;
	readonly id: string;
	readonly projectId: string;
	readonly userId: string;
	readonly hash: Buffer;
	readonly pepperKid: string;
	readonly scopes: readonly string[] | null;
	readonly expiresAt: Date | null;
	readonly revokedAt: Date | null;
	readonly epoch: number;
	readonly membershipEpoch: number;
	/** User and membership both. */
	readonly isActive: boolean;
	readonly permissions: readonly string[];
}

/** Finds keys before anybody knows whose they are. */
@Injectable()
export class KeyCredentials {
	constructor(private readonly work: UnitOfWork) {}

	async find(keyId: string): Promise<KeyCredentialRow | undefined> {
		const [row] = await this.work.callDefiner<KeyCredentialRow>(
			`SELECT organization_id AS "organizationId", id, project_id AS "projectId", user_id AS "userId", secret_hash AS hash,
				pepper_kid AS "pepperKid", scopes, expires_at AS "expiresAt", revoked_at AS "revokedAt", epoch,
				membership_epoch AS "membershipEpoch", is_active AS "isActive", permissions
			FROM find_api_key($1)`,
			[keyId],
		);
		return row;
	}
}
