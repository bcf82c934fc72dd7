import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isolated } from './statements.js';

/** Periods whose calls are charged anew, by the prices of today, and what that changed. */
export class Reratings1795832001000 implements MigrationInterface {
	name = 'Reratings1795832001000';

	public async up(runner: QueryRunner): Promise<void> {
		const statements = [
			`CREATE TABLE price_reratings (
				organization_id uuid NOT NULL REFERENCES organizations (id),
				id uuid NOT NULL,
				period_from timestamptz NOT NULL,
				period_to timestamptz NOT NULL CHECK (period_to > period_from),
				models jsonb CHECK (jsonb_typeof(models) = 'array'),
				created_by uuid,
				created_at timestamptz NOT NULL DEFAULT now(),
				finished_at timestamptz,
				PRIMARY KEY (organization_id, id),
				FOREIGN KEY (organization_id, created_by) REFERENCES memberships (organization_id, user_id)
					ON DELETE SET NULL (created_by),
				CHECK ((models IS NULL) = (finished_at IS NULL))
			)`,
			// Two at once would each correct by the whole difference.
			`CREATE UNIQUE INDEX price_reratings_running ON price_reratings (organization_id) WHERE finished_at IS NULL`,
			`CREATE INDEX price_reratings_created_by ON price_reratings (organization_id, created_by) WHERE created_by IS NOT NULL`,
			...isolated({ table: 'price_reratings', app: 'SELECT, INSERT', worker: 'SELECT, UPDATE' }),
		];
		for (const statement of statements) await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
