import type { MigrationInterface, QueryRunner } from 'typeorm';
import { crossed, definerFunction } from './statements.js';

const listOf = (columns: string, table: string): string => `coalesce((SELECT jsonb_agg(jsonb_build_object(
	'organizationId', r.organization_id, 'dialect', r.dialect, 'model', r.model, 'reason', r.reason, 'expiresAt', r.expires_at,
	'createdAt', r.created_at, ${columns}) ORDER BY r.id)
	FROM ${table} r WHERE r.user_id = p_user_id OR (r.organization_id, r.key_id) IN
		(SELECT k.organization_id, k.id FROM api_keys k WHERE k.user_id = p_user_id)), '[]')`;

/** What was set for a person and their keys is part of what is kept about them. */
export class LimitExport1795720001000 implements MigrationInterface {
	name = 'LimitExport1795720001000';

	public async up(runner: QueryRunner): Promise<void> {
		const statements = [
			...['limits', 'budgets'].flatMap((table) => crossed(table, 'SELECT')),
			...definerFunction({
				signature: 'export_account_rules(p_user_id uuid)',
				returns: 'jsonb',
				volatility: 'STABLE',
				callers: 'parallama_app',
				body: `BEGIN RETURN jsonb_build_object(
					'limits', ${listOf(`'metric', r.metric, 'window', r.time_window, 'max', r.max`, 'limits')},
					'budgets', ${listOf(`'period', r.period, 'amountNanoUsd', r.amount_nano_usd::text, 'action', r.action`, 'budgets')}); END`,
			}),
		];
		for (const statement of statements) await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
