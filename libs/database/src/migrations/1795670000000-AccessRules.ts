import type { MigrationInterface, QueryRunner } from 'typeorm';
import { definerFunction } from './statements.js';

/** What a role that somebody has in one project only can give: the rest concerns the whole organization. Frozen. */
const inProjects = `ARRAY['models:read', 'models:use', 'conversations:read', 'conversations:write', 'usage:read_own',
	'keys:read', 'keys:write']`;

const columns = [
	`ALTER TABLE roles ADD COLUMN dialects text[], ADD COLUMN model_allow text[], ADD COLUMN model_deny text[] NOT NULL DEFAULT '{}'`,
	`ALTER TABLE users ADD COLUMN kind text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'service'))`,
	`ALTER TABLE api_keys
		ADD COLUMN parent_key_id uuid,
		ADD COLUMN dialects text[],
		ADD COLUMN model_allow text[],
		ADD COLUMN model_deny text[] NOT NULL DEFAULT '{}',
		ADD COLUMN ip_ranges text[],
		ADD COLUMN issuer_rules jsonb,
		ADD COLUMN metadata jsonb NOT NULL DEFAULT '{}',
		ADD COLUMN last_used_at timestamptz,
		ADD COLUMN previous_secret_hash bytea,
		ADD COLUMN previous_pepper_kid text,
		ADD COLUMN previous_expires_at timestamptz,
		ADD COLUMN previous_last_used_at timestamptz,
		ADD FOREIGN KEY (organization_id, parent_key_id) REFERENCES api_keys (organization_id, id) ON DELETE CASCADE`,
	'CREATE INDEX api_keys_parent ON api_keys (organization_id, parent_key_id) WHERE parent_key_id IS NOT NULL',
	'CREATE INDEX api_keys_owner ON api_keys (organization_id, user_id)',
	'CREATE INDEX user_roles_expiry ON user_roles (expires_at) WHERE expires_at IS NOT NULL',
	'GRANT DELETE ON roles TO parallama_app',
	'GRANT DELETE ON user_roles TO parallama_worker',
	'GRANT UPDATE (epoch, updated_at) ON memberships TO parallama_worker',
	'GRANT UPDATE (last_used_at, previous_last_used_at) ON api_keys TO parallama_definer',
];

const isNow = '(a.expires_at IS NULL OR a.expires_at > now())';

/** What a member may do in a project now. */
const permissionsOf = (organization: string, user: string, project: string): string => `
	ARRAY(SELECT DISTINCT p.permission FROM user_roles a
		JOIN role_permissions p ON p.organization_id = a.role_organization_id AND p.role_id = a.role_id
		WHERE a.organization_id = ${organization} AND a.user_id = ${user} AND ${isNow}
			AND (a.project_id IS NULL OR (a.project_id = ${project} AND p.permission = ANY (${inProjects}))))`;

/** The dialects and models of each role that lets the member call models. */
const rulesOf = (organization: string, user: string, project: string): string => `
	(SELECT json_agg(json_build_object('dialects', r.dialects, 'allow', r.model_allow, 'deny', r.model_deny))
		FROM user_roles a JOIN roles r ON r.organization_id = a.role_organization_id AND r.id = a.role_id
		WHERE a.organization_id = ${organization} AND a.user_id = ${user} AND ${isNow}
			AND (a.project_id IS NULL OR a.project_id = ${project})
			AND EXISTS (SELECT FROM role_permissions p
				WHERE p.organization_id = r.organization_id AND p.role_id = r.id AND p.permission = 'models:use'))`;

/** A key and the keys that it was made by, from it upwards: each with its own limits and the rights of its owner today. */
const findKey = definerFunction({
	signature: 'find_key(p_key_id text)',
	returns: `TABLE (organization_id uuid, id uuid, project_id uuid, user_id uuid, secret_hash bytea, pepper_kid text,
		previous_secret_hash bytea, previous_pepper_kid text, previous_expires_at timestamptz, epoch integer, chain json)`,
	volatility: 'STABLE',
	callers: 'parallama_app',
	body: `BEGIN RETURN QUERY
		WITH RECURSIVE line AS (
			SELECT k.*, 0 AS depth FROM api_keys k WHERE k.key_id = p_key_id
			UNION ALL
			SELECT k.*, l.depth + 1 FROM line l
			JOIN api_keys k ON k.organization_id = l.organization_id AND k.id = l.parent_key_id WHERE l.depth < 16)
		SELECT k.organization_id, k.id, k.project_id, k.user_id, k.secret_hash, k.pepper_kid,
			k.previous_secret_hash, k.previous_pepper_kid, k.previous_expires_at, k.epoch,
			(SELECT json_agg(json_build_object('userId', l.user_id, 'scopes', l.scopes, 'expiresAt', l.expires_at,
				'isRevoked', l.revoked_at IS NOT NULL, 'isActive', u.status = 'active' AND m.status = 'active',
				'membershipEpoch', m.epoch, 'permissions', ${permissionsOf('l.organization_id', 'l.user_id', 'l.project_id')},
				'roleRules', ${rulesOf('l.organization_id', 'l.user_id', 'l.project_id')},
				'dialects', l.dialects, 'allow', l.model_allow, 'deny', l.model_deny, 'ipRanges', l.ip_ranges,
				'issuerRules', l.issuer_rules) ORDER BY l.depth)
			FROM line l
			JOIN memberships m ON m.organization_id = l.organization_id AND m.user_id = l.user_id
			JOIN users u ON u.id = l.user_id)
		FROM line k WHERE k.depth = 0; END`,
});

/** What an access token still stands for: one row while session, user and membership are good, else none. */
const findSessionRights = definerFunction({
	signature: 'find_session_rights(p_session_id uuid, p_user_id uuid, p_organization_id uuid)',
	returns: 'TABLE (project_id uuid, membership_epoch integer, permissions text[], role_rules json)',
	volatility: 'STABLE',
	callers: 'parallama_app',
	body: `BEGIN RETURN QUERY
		SELECT d.id, m.epoch, ${permissionsOf('m.organization_id', 'm.user_id', 'd.id')},
			${rulesOf('m.organization_id', 'm.user_id', 'd.id')}
		FROM sessions s
		JOIN users u ON u.id = s.user_id AND u.status = 'active'
		JOIN memberships m ON m.organization_id = p_organization_id AND m.user_id = s.user_id AND m.status = 'active'
		LEFT JOIN projects d ON d.organization_id = m.organization_id AND d.is_default
		WHERE s.id = p_session_id AND s.user_id = p_user_id AND s.organization_id = p_organization_id
			AND s.revoked_at IS NULL AND s.expires_at > now(); END`,
});

/** When keys were used last, many at once: how many milliseconds ago each, and with which of its secrets. */
const touchKeys = definerFunction({
	signature: 'touch_keys(p_ids uuid[], p_are_previous boolean[], p_ages_ms float8[])',
	returns: 'integer',
	callers: 'parallama_app',
	body: `DECLARE touched integer;
	BEGIN
		UPDATE api_keys k SET
			last_used_at = greatest(k.last_used_at, now() - make_interval(secs => t.current_ms / 1000)),
			previous_last_used_at = greatest(k.previous_last_used_at, now() - make_interval(secs => t.previous_ms / 1000))
		FROM (SELECT x.id, min(x.age) FILTER (WHERE NOT x.is_previous) AS current_ms, min(x.age) FILTER (WHERE x.is_previous) AS previous_ms
			FROM unnest(p_ids, p_are_previous, p_ages_ms) AS x(id, is_previous, age) GROUP BY x.id) t
		WHERE k.id = t.id;
		GET DIAGNOSTICS touched = ROW_COUNT;
		RETURN touched;
	END`,
});

const expiredRoles = definerFunction({
	signature: 'organizations_with_expired_roles(p_limit integer)',
	returns: 'SETOF uuid',
	volatility: 'STABLE',
	callers: 'parallama_worker',
	body: `BEGIN RETURN QUERY
		SELECT DISTINCT a.organization_id FROM user_roles a WHERE a.expires_at <= now() LIMIT p_limit; END`,
});

/** Dialects and models of roles and keys, keys made by keys, rotation, service accounts, roles that expire. */
export class AccessRules1795670000000 implements MigrationInterface {
	name = 'AccessRules1795670000000';

	public async up(runner: QueryRunner): Promise<void> {
		for (const statement of [...columns, ...findKey, ...findSessionRights, ...touchKeys, ...expiredRoles])
			await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
