import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A price that was changed is another one: the ledger names which it was. */
export class PriceRevisions1795832000000 implements MigrationInterface {
	name = 'PriceRevisions1795832000000';

	public async up(runner: QueryRunner): Promise<void> {
		await runner.query(`ALTER TABLE prices
			ADD COLUMN revision integer NOT NULL DEFAULT 1,
			ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now()`);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
