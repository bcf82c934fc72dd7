import type { MigrationInterface, QueryRunner } from 'typeorm';
import { crossed, definerFunction } from './statements.js';

const SYSTEM = `'00000000-0000-7000-8000-000000000001'::uuid`;

const listOf = (what: string, from: string): string => `coalesce((SELECT jsonb_agg(${what}) FROM ${from}), '[]')`;

/** Of people only: service accounts have no mailbox, and no password to reset. */
const findAccount = [
	'DROP FUNCTION find_account(text)',
	...definerFunction({
		signature: 'find_account(p_email text)',
		returns: 'TABLE (id uuid, email text, status text, organization_id uuid)',
		volatility: 'STABLE',
		callers: 'parallama_app, parallama_worker',
		body: `BEGIN RETURN QUERY SELECT u.id, u.email, u.status, coalesce(
				(SELECT m.organization_id FROM memberships m WHERE m.user_id = u.id AND m.status = 'active'
					ORDER BY m.organization_id = u.last_organization_id DESC, m.created_at, m.id LIMIT 1), ${SYSTEM})
			FROM users u WHERE lower(u.email) = lower(p_email) AND u.kind = 'person'; END`,
	}),
];

/** Everything that is kept about a person, in whatever organization. */
const exportAccount = definerFunction({
	signature: 'export_account(p_user_id uuid)',
	returns: 'jsonb',
	volatility: 'STABLE',
	callers: 'parallama_app',
	body: `BEGIN RETURN (SELECT jsonb_build_object(
		'account', jsonb_build_object('id', u.id, 'email', u.email, 'name', u.name, 'status', u.status,
			'createdAt', u.created_at, 'emailVerifiedAt', u.email_verified_at, 'deleteAfter', u.delete_after),
		'memberships', ${listOf(
			`jsonb_build_object('organizationId', m.organization_id, 'organization', o.name, 'status', m.status, 'since', m.created_at,
				'roles', (SELECT coalesce(jsonb_agg(jsonb_build_object('role', r.name, 'projectId', a.project_id, 'expiresAt', a.expires_at)), '[]')
					FROM user_roles a JOIN roles r ON r.organization_id = a.role_organization_id AND r.id = a.role_id
					WHERE a.organization_id = m.organization_id AND a.user_id = m.user_id))`,
			'memberships m JOIN organizations o ON o.id = m.organization_id WHERE m.user_id = u.id',
		)},
		'sessions', ${listOf(
			`jsonb_build_object('id', s.id, 'ip', s.ip, 'userAgent', s.user_agent, 'createdAt', s.created_at,
				'lastUsedAt', s.last_used_at, 'endedAt', s.revoked_at)`,
			'sessions s WHERE s.user_id = u.id',
		)},
		'keys', ${listOf(
			`jsonb_build_object('id', k.id, 'organizationId', k.organization_id, 'name', k.name, 'createdAt', k.created_at,
				'expiresAt', k.expires_at, 'revokedAt', k.revoked_at, 'lastUsedAt', k.last_used_at)`,
			'api_keys k WHERE k.user_id = u.id',
		)},
		'invitations', ${listOf(
			`jsonb_build_object('organizationId', i.organization_id, 'email', i.email, 'role', i.role, 'createdAt', i.created_at)`,
			'invitations i WHERE lower(i.email) = lower(u.email) OR i.invited_by = u.id',
		)},
		'usage', ${listOf(
			`jsonb_build_object('organizationId', t.organization_id, 'calls', t.calls, 'inputTokens', t.input, 'outputTokens', t.output,
				'firstHour', t.first, 'lastHour', t.last)`,
			`(SELECT h.organization_id, sum(h.calls) AS calls, sum(h.input_tokens) AS input, sum(h.output_tokens) AS output,
				min(h.hour) AS first, max(h.hour) AS last
				FROM usage_rollups_hourly h WHERE h.user_id = u.id GROUP BY 1) t`,
		)}) FROM users u WHERE u.id = p_user_id); END`,
});

/** Everything but what the ledger and the audit log say of an id that nobody can resolve any more. */
const eraseAccount = [
	'DROP FUNCTION erase_account(uuid)',
	...definerFunction({
		signature: 'erase_account(p_user_id uuid)',
		returns: 'boolean',
		callers: 'parallama_worker',
		body: `DECLARE addresses text[];
		BEGIN
			SELECT ARRAY[lower(u.email)] INTO addresses FROM users u WHERE u.id = p_user_id AND u.delete_after <= now() FOR UPDATE;
			IF NOT FOUND THEN RETURN false; END IF;
			-- also those that it was to have
			addresses := addresses || ARRAY(SELECT lower(r.email) FROM account_requests r WHERE r.user_id = p_user_id);
			DELETE FROM mails WHERE lower(recipient) = ANY (addresses);
			DELETE FROM account_requests WHERE user_id = p_user_id OR lower(email) = ANY (addresses);
			DELETE FROM invitations WHERE lower(email) = ANY (addresses);
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
	}),
];

/** What is known of a person, and its end. */
export class AccountEnd1795690000000 implements MigrationInterface {
	name = 'AccountEnd1795690000000';

	public async up(runner: QueryRunner): Promise<void> {
		const statements = [
			...crossed('usage_rollups_hourly', 'SELECT'),
			...findAccount,
			...eraseAccount,
			...exportAccount,
		];
		for (const statement of statements) await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
