import type { MigrationInterface, QueryRunner } from 'typeorm';
import { definerFunction } from './statements.js';

/** Who has a role that ends soon is told so, once. */
export class RoleNotices1795700000000 implements MigrationInterface {
	name = 'RoleNotices1795700000000';

	public async up(runner: QueryRunner): Promise<void> {
		const statements = [
			'ALTER TABLE user_roles ADD COLUMN warned_at timestamptz',
			'GRANT UPDATE (warned_at) ON user_roles TO parallama_worker',
			...definerFunction({
				signature: 'organizations_with_ending_roles(p_days integer, p_limit integer)',
				returns: 'SETOF uuid',
				volatility: 'STABLE',
				callers: 'parallama_worker',
				body: `BEGIN RETURN QUERY SELECT DISTINCT a.organization_id FROM user_roles a
					WHERE a.warned_at IS NULL AND a.expires_at > now() AND a.expires_at < now() + make_interval(days => p_days)
					LIMIT p_limit; END`,
			}),
		];
		for (const statement of statements) await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
