import type { MigrationInterface, QueryRunner } from 'typeorm';
import { definerFunction, granted, isolated } from './statements.js';

const tables = [
	`CREATE TABLE audit_events (
		organization_id uuid NOT NULL REFERENCES organizations (id),
		id uuid NOT NULL,
		occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
		action text NOT NULL,
		result text NOT NULL CHECK (result IN ('success', 'failure')),
		actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'key', 'system')),
		actor_id text NOT NULL,
		user_id uuid,
		target_type text NOT NULL,
		target_id text,
		before jsonb,
		after jsonb,
		ip text,
		user_agent text,
		request_id text NOT NULL,
		PRIMARY KEY (organization_id, id)
	)`,
	'CREATE INDEX audit_events_time ON audit_events (organization_id, occurred_at, id)',
	'CREATE INDEX audit_events_action ON audit_events (organization_id, action, occurred_at, id)',
	'CREATE INDEX audit_events_target ON audit_events (organization_id, target_type, target_id, occurred_at, id)',
	// Which events wait for their seal: a row each, so that nobody has to search the log for them.
	`CREATE TABLE audit_pending (
		organization_id uuid NOT NULL,
		event_id uuid NOT NULL,
		PRIMARY KEY (organization_id, event_id)
	)`,
	// The chain. Beside the log, not in it: so nobody needs the right to change an event.
	`CREATE TABLE audit_seals (
		organization_id uuid NOT NULL,
		sequence bigint NOT NULL,
		event_id uuid NOT NULL,
		hash bytea NOT NULL,
		key_kid text NOT NULL,
		sealed_at timestamptz NOT NULL DEFAULT now(),
		PRIMARY KEY (organization_id, sequence),
		UNIQUE (organization_id, event_id)
	)`,
];

/** The audit log: nobody who runs in production may change or delete an event or a seal. */
export class Audit1795647600000 implements MigrationInterface {
	name = 'Audit1795647600000';

	public async up(runner: QueryRunner): Promise<void> {
		const statements = [
			...tables,
			...isolated({ table: 'audit_events', app: 'SELECT, INSERT', worker: 'SELECT, INSERT' }),
			...isolated({
				table: 'audit_pending',
				app: 'SELECT, INSERT',
				worker: 'SELECT, INSERT, DELETE',
				definer: 'SELECT',
			}),
			...isolated({ table: 'audit_seals', app: 'SELECT', worker: 'SELECT, INSERT' }),
			...definerFunction({
				signature: 'organizations_with_unsealed_audit(p_limit integer)',
				returns: 'SETOF uuid',
				volatility: 'STABLE',
				callers: 'parallama_worker',
				body: `BEGIN RETURN QUERY SELECT DISTINCT p.organization_id FROM audit_pending p LIMIT p_limit; END`,
			}),
			...granted('audit:read', ['owner', 'admin', 'operator']),
		];
		for (const statement of statements) await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
