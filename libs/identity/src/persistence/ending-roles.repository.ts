import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';

export interface EndingRole {
	readonly email: string;
	readonly role: string;
	readonly organization: string;
	readonly at: Date;
}

@Injectable()
export class EndingRolesRepository {
	constructor(private readonly work: UnitOfWork) {}

	/** Organizations in which a role ends within so many days and its holder does not know yet. */
	async organizations(days: number, limit: number): Promise<string[]> {
		const rows = await this.work.callDefiner<{ id: string }>(
			'SELECT id FROM organizations_with_ending_roles($1, $2) AS id',
			[days, limit],
		);
		return rows.map(({ id }) => id);
	}

	/** Marks them as told. Of those, the ones whose holder is a person with an account to sign in to. */
	async mark(scope: TenantScope, days: number): Promise<EndingRole[]> {
		return scope.transaction.manager.query<EndingRole[]>(
			`WITH told AS (
				UPDATE user_roles SET warned_at = now() WHERE organization_id = $1 AND warned_at IS NULL
					AND expires_at > now() AND expires_at < now() + make_interval(days => $2)
				RETURNING user_id, role_organization_id, role_id, expires_at)
			SELECT u.email, r.name AS role, o.name AS organization, t.expires_at AS at FROM told t
			JOIN users u ON u.id = t.user_id AND u.status = 'active' AND u.kind = 'person'
			JOIN roles r ON r.organization_id = t.role_organization_id AND r.id = t.role_id
			JOIN organizations o ON o.id = $1 ORDER BY t.expires_at`,
			[scope.organizationId, days],
		);
	}
}
