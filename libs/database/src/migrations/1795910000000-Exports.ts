import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isolated } from './statements.js';

/** Data of people as files, made by the worker. */
export class Exports1795910000000 implements MigrationInterface {
	name = 'Exports1795910000000';

	public async up(runner: QueryRunner): Promise<void> {
		const rights = 'SELECT, INSERT, UPDATE, DELETE';
		const statements = [
			`CREATE TABLE exports (
				organization_id uuid NOT NULL REFERENCES organizations (id),
				id uuid NOT NULL,
				user_id uuid NOT NULL,
				form text NOT NULL,
				conversation_ids uuid[],
				state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'ready', 'failed', 'cancelled')),
				done integer NOT NULL DEFAULT 0,
				total integer,
				messages bigint NOT NULL DEFAULT 0,
				storage_key text NOT NULL,
				bytes bigint,
				sha256 text,
				problem text,
				created_at timestamptz NOT NULL DEFAULT now(),
				updated_at timestamptz NOT NULL DEFAULT now(),
				finished_at timestamptz,
				expires_at timestamptz,
				PRIMARY KEY (organization_id, id),
				FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE
			)`,
			'CREATE INDEX exports_user ON exports (organization_id, user_id, id)',
			'CREATE INDEX exports_expiry ON exports (organization_id, expires_at) WHERE expires_at IS NOT NULL',
			`CREATE FUNCTION note_removed_export() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
			AS $function$ BEGIN
				INSERT INTO removed_files (organization_id, id, storage_key) VALUES (OLD.organization_id, gen_random_uuid(), OLD.storage_key);
				RETURN OLD;
			END $function$`,
			'CREATE TRIGGER exports_removed AFTER DELETE ON exports FOR EACH ROW EXECUTE FUNCTION note_removed_export()',
			...isolated({ table: 'exports', app: rights, worker: rights }),
		];
		for (const statement of statements) await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
