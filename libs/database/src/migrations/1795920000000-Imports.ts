import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isolated } from './statements.js';

/** Files of conversations that people brought along. */
export class Imports1795920000000 implements MigrationInterface {
	name = 'Imports1795920000000';

	public async up(runner: QueryRunner): Promise<void> {
		const rights = 'SELECT, INSERT, UPDATE, DELETE';
		const statements = [
			`CREATE TABLE imports (
				organization_id uuid NOT NULL REFERENCES organizations (id),
				id uuid NOT NULL,
				user_id uuid NOT NULL,
				name text NOT NULL,
				is_dry_run boolean NOT NULL,
				state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
				run_id uuid,
				storage_key text NOT NULL,
				bytes bigint NOT NULL,
				progress integer NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
				counts jsonb NOT NULL DEFAULT '{}',
				report jsonb NOT NULL DEFAULT '[]',
				problem text,
				created_at timestamptz NOT NULL DEFAULT now(),
				updated_at timestamptz NOT NULL DEFAULT now(),
				finished_at timestamptz,
				PRIMARY KEY (organization_id, id),
				FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE
			)`,
			'CREATE INDEX imports_user ON imports (organization_id, user_id, id)',
			'CREATE INDEX imports_age ON imports (organization_id, created_at)',
			'CREATE TRIGGER imports_removed AFTER DELETE ON imports FOR EACH ROW EXECUTE FUNCTION note_removed_export()',
			...isolated({ table: 'imports', app: rights, worker: rights }),
		];
		for (const statement of statements) await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
