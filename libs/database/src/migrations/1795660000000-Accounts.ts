import type { MigrationInterface, QueryRunner } from 'typeorm';
import { crossed, type Definer, definerFunction, isolated } from './statements.js';

const SYSTEM = `'00000000-0000-7000-8000-000000000001'::uuid`;
const stamps = `created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()`;

const tables = [
	`ALTER TABLE users ADD COLUMN email_verified_at timestamptz, ADD COLUMN delete_after timestamptz`,
	'CREATE INDEX users_delete_after ON users (delete_after) WHERE delete_after IS NOT NULL',
	// When its owner last proved who they are, by password.
	`ALTER TABLE sessions ADD COLUMN authenticated_at timestamptz NOT NULL DEFAULT now()`,
	'CREATE INDEX sessions_expiry ON sessions (expires_at)',
	// Of people who cannot sign in (yet), so of no organization of theirs: the system organization's.
	`CREATE TABLE account_requests (
		organization_id uuid NOT NULL REFERENCES organizations (id),
		id uuid NOT NULL,
		kind text NOT NULL CHECK (kind IN ('register', 'reset-password', 'change-email')),
		email text NOT NULL,
		user_id uuid,
		name text,
		organization_name text,
		password_hash text,
		token_hash bytea UNIQUE,
		expires_at timestamptz NOT NULL,
		used_at timestamptz,
		${stamps},
		PRIMARY KEY (organization_id, id)
	)`,
	'CREATE INDEX account_requests_expiry ON account_requests (expires_at)',
	`CREATE TABLE invitations (
		organization_id uuid NOT NULL REFERENCES organizations (id),
		id uuid NOT NULL,
		email text NOT NULL,
		role text NOT NULL,
		invited_by uuid,
		token_hash bytea NOT NULL UNIQUE,
		expires_at timestamptz NOT NULL,
		accepted_at timestamptz,
		revoked_at timestamptz,
		${stamps},
		PRIMARY KEY (organization_id, id)
	)`,
	`CREATE UNIQUE INDEX invitations_open ON invitations (organization_id, lower(email)) WHERE accepted_at IS NULL AND revoked_at IS NULL`,
];

/** Where mails about an account belong: where it acted last, else its oldest active membership, else the installation. */
const home = `coalesce(
	(SELECT m.organization_id FROM memberships m WHERE m.user_id = u.id AND m.status = 'active'
		ORDER BY m.organization_id = u.last_organization_id DESC, m.created_at, m.id LIMIT 1), ${SYSTEM})`;

const definers: readonly Definer[] = [
	{
		signature: 'find_account(p_email text)',
		returns: 'TABLE (id uuid, email text, status text, organization_id uuid)',
		volatility: 'STABLE',
		callers: 'parallama_app, parallama_worker',
		body: `BEGIN RETURN QUERY SELECT u.id, u.email, u.status, ${home} FROM users u WHERE lower(u.email) = lower(p_email); END`,
	},
	{
		signature: 'find_account_request(p_token_hash bytea)',
		returns: 'TABLE (user_id uuid, organization_id uuid)',
		volatility: 'STABLE',
		callers: 'parallama_app',
		body: `BEGIN RETURN QUERY SELECT r.user_id, ${home} FROM account_requests r LEFT JOIN users u ON u.id = r.user_id
			WHERE r.token_hash = p_token_hash AND r.used_at IS NULL AND r.expires_at > clock_timestamp(); END`,
	},
	{
		// once: whoever comes second, or too late, gets no row
		signature: 'take_account_request(p_token_hash bytea, p_kinds text[])',
		returns: 'TABLE (kind text, user_id uuid, email text, name text, organization_name text, password_hash text)',
		callers: 'parallama_app',
		body: `BEGIN RETURN QUERY UPDATE account_requests r SET used_at = clock_timestamp(), updated_at = now()
			WHERE r.token_hash = p_token_hash AND r.kind = ANY (p_kinds) AND r.used_at IS NULL AND r.expires_at > clock_timestamp()
			RETURNING r.kind, r.user_id, r.email, r.name, r.organization_name, r.password_hash; END`,
	},
	{
		signature: 'find_invitation(p_token_hash bytea)',
		returns: 'TABLE (organization_id uuid, id uuid)',
		volatility: 'STABLE',
		callers: 'parallama_app',
		body: `BEGIN RETURN QUERY SELECT i.organization_id, i.id FROM invitations i WHERE i.token_hash = p_token_hash; END`,
	},
	{
		// whether somebody signed in to that account from there before; asked for unknown accounts, too
		signature: 'is_known_client(p_email text, p_ip text)',
		returns: 'boolean',
		volatility: 'STABLE',
		callers: 'parallama_app',
		body: `BEGIN RETURN EXISTS (SELECT FROM users u JOIN sessions s ON s.user_id = u.id
			WHERE lower(u.email) = lower(p_email) AND s.ip = p_ip AND s.revoked_reason IS DISTINCT FROM 'refresh_token_reused'); END`,
	},
	{
		// of all organizations
		signature: 'revoke_sessions(p_user_id uuid, p_reason text)',
		returns: 'SETOF uuid',
		callers: 'parallama_app',
		body: `BEGIN RETURN QUERY UPDATE sessions s SET revoked_at = now(), revoked_reason = p_reason, updated_at = now()
			WHERE s.user_id = p_user_id AND s.revoked_at IS NULL RETURNING s.id; END`,
	},
	{
		// Locks the organizations in one order, so that of two changes at the same moment the second sees what the first left.
		signature: 'sole_ownerships(p_user_id uuid)',
		returns: 'SETOF uuid',
		callers: 'parallama_app',
		body: `BEGIN
			PERFORM FROM organizations o WHERE o.id IN (SELECT m.organization_id FROM memberships m WHERE m.user_id = p_user_id)
				ORDER BY o.id FOR NO KEY UPDATE;
			RETURN QUERY WITH owners AS (
				SELECT m.organization_id, m.user_id FROM memberships m JOIN users u ON u.id = m.user_id AND u.status = 'active'
				JOIN user_roles a ON a.organization_id = m.organization_id AND a.user_id = m.user_id AND a.project_id IS NULL
					AND (a.expires_at IS NULL OR a.expires_at > now())
				JOIN roles r ON r.organization_id = a.role_organization_id AND r.id = a.role_id
				WHERE m.status = 'active' AND r.organization_id = ${SYSTEM} AND r.name = 'owner')
			SELECT DISTINCT o.organization_id FROM owners o WHERE o.user_id = p_user_id AND NOT EXISTS
				(SELECT FROM owners other WHERE other.organization_id = o.organization_id AND other.user_id <> p_user_id);
		END`,
	},
	{
		signature: 'purge_sessions(p_days integer, p_limit integer)',
		returns: 'integer',
		callers: 'parallama_worker',
		body: `DECLARE gone integer;
		BEGIN
			DELETE FROM sessions WHERE id IN (SELECT s.id FROM sessions s
				WHERE least(s.expires_at, s.revoked_at) < now() - make_interval(days => p_days) LIMIT p_limit);
			GET DIAGNOSTICS gone = ROW_COUNT;
			DELETE FROM refresh_tokens WHERE id IN (SELECT t.id FROM refresh_tokens t
				WHERE t.expires_at < now() - make_interval(days => p_days) LIMIT p_limit);
			DELETE FROM account_requests WHERE expires_at < now() - make_interval(days => p_days);
			RETURN gone;
		END`,
	},
	{
		signature: 'accounts_to_erase(p_limit integer)',
		returns: 'TABLE (id uuid, organization_id uuid)',
		volatility: 'STABLE',
		callers: 'parallama_worker',
		body: `BEGIN RETURN QUERY SELECT u.id, ${SYSTEM} FROM users u WHERE u.delete_after <= now() ORDER BY u.delete_after LIMIT p_limit; END`,
	},
	{
		// Everything but what the ledger and the audit log say of an id that nobody can resolve any more.
		signature: 'erase_account(p_user_id uuid)',
		returns: 'boolean',
		callers: 'parallama_worker',
		body: `DECLARE address text;
		BEGIN
			SELECT lower(u.email) INTO address FROM users u WHERE u.id = p_user_id AND u.delete_after <= now() FOR UPDATE;
			IF NOT FOUND THEN RETURN false; END IF;
			DELETE FROM mails WHERE lower(recipient) = address;
			DELETE FROM account_requests WHERE user_id = p_user_id OR lower(email) = address;
			DELETE FROM invitations WHERE lower(email) = address;
			UPDATE invitations SET invited_by = NULL, updated_at = now() WHERE invited_by = p_user_id;
			DELETE FROM idempotency_keys WHERE principal = 'user:' || p_user_id OR principal IN
				(SELECT 'key:' || k.id FROM api_keys k WHERE k.user_id = p_user_id);
			DELETE FROM refresh_tokens WHERE user_id = p_user_id;
			DELETE FROM sessions WHERE user_id = p_user_id;
			DELETE FROM user_roles WHERE user_id = p_user_id;
			DELETE FROM api_keys WHERE user_id = p_user_id;
			DELETE FROM memberships WHERE user_id = p_user_id;
			DELETE FROM users WHERE id = p_user_id;
			RETURN true;
		END`,
	},
];

/** What the functions need of older tables, beyond reading. */
const definerGrants = [
	'GRANT UPDATE ON organizations TO parallama_definer', // to lock them
	'GRANT UPDATE, DELETE ON users, sessions TO parallama_definer',
	'GRANT DELETE ON refresh_tokens, user_roles, api_keys, memberships, mails TO parallama_definer',
	...crossed('idempotency_keys', 'SELECT, DELETE'),
];

/** Accounts: registration, password resets, invitations, re-authentication, the end of an account. */
export class Accounts1795660000000 implements MigrationInterface {
	name = 'Accounts1795660000000';

	public async up(runner: QueryRunner): Promise<void> {
		const statements = [
			...tables,
			...isolated({
				table: 'account_requests',
				app: 'SELECT, INSERT',
				worker: 'SELECT, UPDATE, DELETE',
				definer: 'SELECT, UPDATE, DELETE',
			}),
			...isolated({
				table: 'invitations',
				app: 'SELECT, INSERT, UPDATE',
				worker: 'SELECT',
				definer: 'SELECT, UPDATE, DELETE',
			}),
			...definerGrants,
			...definers.flatMap(definerFunction),
		];
		for (const statement of statements) await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
