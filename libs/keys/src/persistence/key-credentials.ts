import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import type { KeyLink } from '../key-rights.js';

/** A key with everything that decides about it, of whatever organization. */
export interface KeyCredentialRow {
	readonly organizationId: string;
	readonly id: string;
	readonly projectId: string;
	readonly userId: string;
	readonly hash: Buffer;
	readonly pepperKid: string;
	readonly previousHash: Buffer | null;
	readonly previousPepperKid: string | null;
	readonly previousExpiresAt: Date | null;
	readonly epoch: number;
	/** The key itself, then the key that made it, and so on. */
	readonly chain: readonly KeyLink[];
}

/** Finds keys before anybody knows whose they are, and notes when they were used. */
@Injectable()
export class KeyCredentials {
	constructor(private readonly work: UnitOfWork) {}

	async find(keyId: string): Promise<KeyCredentialRow | undefined> {
		const [row] = await this.work.callDefiner<KeyCredentialRow>(
			`SELECT organization_id AS "organizationId", id, project_id AS "projectId", user_id AS "userId", secret_hash AS hash,
				pepper_kid AS "pepperKid", previous_secret_hash AS "previousHash", previous_pepper_kid AS "previousPepperKid",
				previous_expires_at AS "previousExpiresAt", epoch, chain
			FROM find_key($1)`,
			[keyId],
		);
		return row;
	}

	/** How many milliseconds ago each was used last, with its current or its previous secret. */
	async touch(uses: readonly KeyUse[]): Promise<void> {
		await this.work.callDefiner('SELECT touch_keys($1, $2, $3)', [
			uses.map(({ id }) => id),
			uses.map(({ isPrevious }) => isPrevious),
			uses.map(({ ageMs }) => ageMs),
		]);
	}
}

export interface KeyUse {
	readonly id: string;
	readonly isPrevious: boolean;
	readonly ageMs: number;
}
