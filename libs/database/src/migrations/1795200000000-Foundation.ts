import type { MigrationInterface, QueryRunner } from 'typeorm';
import { definerFunctions } from './foundation/functions.js';
import { policies } from './foundation/policies.js';
import { roles } from './foundation/roles.js';
import { seeds } from './foundation/seeds.js';
import { tables } from './foundation/tables.js';

/** The first schema: tenancy, identity, keys, providers, the usage ledger, outbox and idempotency. */
export class Foundation1795200000000 implements MigrationInterface {
	name = 'Foundation1795200000000';

	public async up(runner: QueryRunner): Promise<void> {
		for (const statement of [...roles, ...tables, ...seeds(), ...policies(), ...definerFunctions])
			await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
