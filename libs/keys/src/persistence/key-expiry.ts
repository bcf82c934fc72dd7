import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import type { Scope } from '#libs/kernel';

/** Keys in use that will stop working soon: for those who watch over an installation. */
@Injectable()
export class KeyExpiry {
	constructor(private readonly work: UnitOfWork) {}

	/** How many keys of the organization that were used in the last week end within `days`. */
	async countUsed(scope: Scope, days: number): Promise<number> {
		const rows = await this.work.run(scope, (tenant) =>
			tenant.transaction.manager.query<{ count: number }[]>(
				`SELECT count(*)::int AS count FROM api_keys
				WHERE organization_id = $1 AND revoked_at IS NULL AND last_used_at > now() - interval '7 days'
					AND expires_at > now() AND expires_at <= now() + make_interval(days => $2)`,
				[tenant.organizationId, days],
			),
		);
		return rows[0]?.count ?? 0;
	}
}
