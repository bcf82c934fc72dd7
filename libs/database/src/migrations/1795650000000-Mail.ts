import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type Definer, definerFunction, isolated } from './statements.js';

/** For an operator without a mail server: what was written to whom, in whatever organization, newest first. */
const readKeptMails: Definer = {
	signature: 'read_kept_mails(p_limit integer, p_before uuid)',
	returns: `TABLE (organization_id uuid, id uuid, kind text, recipient text, content_sealed text, created_at timestamptz)`,
	volatility: 'STABLE',
	callers: 'parallama_app',
	body: `BEGIN RETURN QUERY
		SELECT m.organization_id, m.id, m.kind, m.recipient, m.content_sealed, m.created_at FROM mails m
		WHERE m.status = 'kept' AND (p_before IS NULL OR m.id < p_before) ORDER BY m.id DESC LIMIT least(p_limit, 101); END`,
};

/** Mail: written in the transaction of what it tells about, sent by a job; its content is encrypted. */
export class Mail1795650000000 implements MigrationInterface {
	name = 'Mail1795650000000';

	public async up(runner: QueryRunner): Promise<void> {
		const statements = [
			`CREATE TABLE mails (
				organization_id uuid NOT NULL REFERENCES organizations (id),
				id uuid NOT NULL,
				kind text NOT NULL,
				recipient text NOT NULL,
				content_sealed text,
				status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sent', 'kept', 'refused')),
				created_at timestamptz NOT NULL DEFAULT now(),
				updated_at timestamptz NOT NULL DEFAULT now(),
				PRIMARY KEY (organization_id, id)
			)`,
			`CREATE INDEX mails_kept ON mails (id) WHERE status = 'kept'`,
			...isolated({
				table: 'mails',
				app: 'SELECT, INSERT',
				worker: 'SELECT, INSERT, UPDATE, DELETE',
				definer: 'SELECT',
			}),
			...definerFunction(readKeptMails),
		];
		for (const statement of statements) await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
