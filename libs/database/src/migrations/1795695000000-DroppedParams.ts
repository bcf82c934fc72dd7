import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An organization's own word on parameters that an upstream's protocol lacks. */
export class DroppedParams1795695000000 implements MigrationInterface {
	name = 'DroppedParams1795695000000';

	public async up(runner: QueryRunner): Promise<void> {
		await runner.query('ALTER TABLE organizations ADD COLUMN allow_dropped_params boolean NOT NULL DEFAULT false');
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
