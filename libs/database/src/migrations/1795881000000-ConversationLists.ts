import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The list that most people look at has no archived conversations; many of those must not slow it down. */
export class ConversationLists1795881000000 implements MigrationInterface {
	name = 'ConversationLists1795881000000';

	public async up(runner: QueryRunner): Promise<void> {
		await runner.query(
			`CREATE INDEX conversations_current ON conversations (organization_id, user_id, last_active_at DESC, id DESC)
				WHERE deleted_at IS NULL AND kind = 'chat' AND NOT is_temporary AND archived_at IS NULL`,
		);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
