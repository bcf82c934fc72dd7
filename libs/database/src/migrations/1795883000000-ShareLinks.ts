import type { MigrationInterface, QueryRunner } from 'typeorm';
import { definerFunction, granted } from './statements.js';

/** Who opens a link knows only its token: the organization behind it is found by the token's hash. */
const found = definerFunction({
	signature: 'find_share_link(p_token_hash bytea)',
	returns: 'TABLE(organization_id uuid, id uuid)',
	volatility: 'STABLE',
	callers: 'parallama_app',
	body: `BEGIN RETURN QUERY SELECT s.organization_id, s.id FROM share_links s
		JOIN organizations o ON o.id = s.organization_id WHERE s.token_hash = p_token_hash; END`,
});

/** Conversations can be shown to others by links. */
export class ShareLinks1795883000000 implements MigrationInterface {
	name = 'ShareLinks1795883000000';

	public async up(runner: QueryRunner): Promise<void> {
		const statements = [...found, ...granted('conversations:share', ['owner', 'admin', 'premium', 'basic'])];
		for (const statement of statements) await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
