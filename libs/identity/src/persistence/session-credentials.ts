import { Injectable } from '@nestjs/common';
import type { ModelRules } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import type { AccessClaims } from '../access-claims.js';

interface SessionCredentialRow {
	/** The organization's default project. */
	readonly projectId: string | null;
	readonly membershipEpoch: number;
	readonly permissions: readonly string[];
	/** Dialects and models of each role that lets them call models; `null` when none does. */
	readonly roleRules: ModelRules | null;
}

/** Reads what an access token still stands for. */
@Injectable()
export class SessionCredentials {
	constructor(private readonly work: UnitOfWork) {}

	async find({ sid, sub, org }: AccessClaims): Promise<SessionCredentialRow | undefined> {
		const [row] = await this.work.callDefiner<SessionCredentialRow>(
			`SELECT project_id AS "projectId", membership_epoch AS "membershipEpoch", permissions, role_rules AS "roleRules"
			FROM find_session_rights($1, $2, $3)`,
			[sid, sub, org],
		);
		return row;
	}
}
