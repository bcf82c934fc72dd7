import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
	// a repeated request finds its run, for a day
	'ALTER TABLE runs ADD COLUMN idempotency_key text, ADD COLUMN request_hash bytea',
	`CREATE UNIQUE INDEX runs_idempotency ON runs (organization_id, user_id, idempotency_key) WHERE idempotency_key IS NOT NULL`,
	// the name that a client of its own accord gave a conversation before it was one
	'ALTER TABLE conversations ADD COLUMN client_chat_id text',
	`CREATE UNIQUE INDEX conversations_client_chat ON conversations (organization_id, user_id, client_chat_id)
		WHERE client_chat_id IS NOT NULL`,
];

/** Runs that are begun once however often they are asked for; conversations by the ids of clients. */
export class Runs1795885000000 implements MigrationInterface {
	name = 'Runs1795885000000';

	public async up(runner: QueryRunner): Promise<void> {
		for (const statement of statements) await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
