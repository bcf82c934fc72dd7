import type { MigrationInterface, QueryRunner } from 'typeorm';
import { granted } from './statements.js';

/** Who may change the models of an organization's Ollama servers; operators do it for shared ones. */
export class ModelManagement1795675000000 implements MigrationInterface {
	name = 'ModelManagement1795675000000';

	public async up(runner: QueryRunner): Promise<void> {
		const statements = [
			...granted('models:pull', ['operator']),
			...granted('models:push', ['owner', 'admin', 'operator']),
			...granted('models:create', ['owner', 'admin', 'operator']),
			...granted('models:delete', ['owner', 'admin', 'operator']),
		];
		for (const statement of statements) await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
