import type { TenantScope } from '#libs/database';
import { AppError } from '#libs/kernel';

/** How many rows of a kind there may be. Exact, however many are made at once: who takes a place waits for the others. */
export class Quota {
	/** `count` is SQL of the rows that take a place: `$1` is the organization, `$2` what `take` was given as `of`. */
	constructor(
		private readonly name: string,
		private readonly limit: number,
		private readonly count: string,
	) {}

	/** For one more, inside the transaction that adds it. @throws AppError conflict `quota_reached` */
	async take({ organizationId, transaction }: TenantScope, of: string | null = null): Promise<void> {
		const { manager } = transaction;
		await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [
			`quota ${this.name} ${organizationId} ${of ?? ''}`,
		]);
		const [row] = await manager.query<{ count: string }[]>(`SELECT count(*) ${this.count}`, [organizationId, of]);
		if (Number(row?.count) >= this.limit)
			throw new AppError('conflict', 'quota_reached', `There may be at most ${this.limit} ${this.name}`);
	}
}

/** Of an organization. */
export const quotas = {
	projects: new Quota('projects', 1_000, 'FROM projects WHERE organization_id = $1 AND $2::text IS NULL'),
	roles: new Quota('roles of your own', 200, 'FROM roles WHERE organization_id = $1 AND $2::text IS NULL'),
	serviceAccounts: new Quota(
		'service accounts',
		500,
		`FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.organization_id = $1 AND u.kind = 'service' AND $2::text IS NULL`,
	),
} as const;
