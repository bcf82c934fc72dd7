import { randomBytes } from 'node:crypto';
import { newId } from '#libs/kernel';

export interface Tenant {
	readonly organizationId: string;
	readonly userId: string;
}

type Row = Readonly<Record<string, unknown>>;

/** One row of every kind, in an order that satisfies the foreign keys. New ids each time, but for organization and user. */
export function tenantRows({ organizationId, userId }: Tenant): [string, Row][] {
	const organization_id = organizationId;
	const ids = { project: newId(), role: newId(), session: newId(), provider: newId(), alias: newId(), event: newId() };
	const random = randomBytes(6).toString('hex');
	const call = { dialect: 'openai', operation: 'chat', model: 'm', alias: 'm', status: 'ok' };
	return [
		['organizations', { id: organization_id, slug: random, name: 'O' }],
		['users', { id: userId, email: `${random}@example.com`, name: 'U' }],
		['memberships', { organization_id, id: newId(), user_id: userId }],
		['projects', { organization_id, id: ids.project, name: random }],
		['roles', { organization_id, id: ids.role, name: random, description: '' }],
		['role_permissions', { organization_id, role_id: ids.role, permission: 'models:use' }],
		[
			'user_roles',
			{ organization_id, id: newId(), user_id: userId, role_organization_id: organization_id, role_id: ids.role },
		],
		[
			'api_keys',
			{
				organization_id,
				id: newId(),
				project_id: ids.project,
				user_id: userId,
				key_id: random,
				secret_hash: randomBytes(32),
				pepper_kid: 'k',
				name: 'K',
			},
		],
		['sessions', { organization_id, id: ids.session, user_id: userId, expires_at: new Date(Date.now() + 86_400_000) }],
		[
			'refresh_tokens',
			{
				organization_id,
				id: newId(),
				user_id: userId,
				session_id: ids.session,
				token_hash: randomBytes(32),
				expires_at: new Date(Date.now() + 86_400_000),
			},
		],
		['providers', { organization_id, id: ids.provider, name: random, kind: 'ollama', base_url: 'http://localhost' }],
		[
			'provider_credentials',
			{ organization_id, id: newId(), provider_id: ids.provider, secret_sealed: 's', last4: '1234' },
		],
		['model_aliases', { organization_id, id: ids.alias, name: random, policy: 'priority' }],
		[
			'model_alias_targets',
			{ organization_id, alias_id: ids.alias, position: 0, provider_id: ids.provider, model: 'm' },
		],
		[
			'usage_events',
			{
				organization_id,
				occurred_on: new Date(),
				event_id: newId(),
				occurred_at: new Date(),
				usage_source: 'none',
				...call,
			},
		],
		['usage_rollups_hourly', { organization_id, hour: new Date(), calls: 1, ...call }],
		['usage_open_windows', { organization_id, hour: new Date() }],
		['limits', { organization_id, id: newId(), user_id: userId, metric: 'requests', time_window: 'minute', max: 1 }],
		['budgets', { organization_id, id: newId(), created_by: userId, period: 'month', amount_nano_usd: '1' }],
		['limit_templates', { organization_id, role_organization_id: organization_id, role_id: ids.role, limits: '[]' }],
		['account_requests', { organization_id, id: newId(), kind: 'reset-password', email: 'e', expires_at: new Date() }],
		[
			'invitations',
			{
				organization_id,
				id: newId(),
				email: random,
				role: 'basic',
				token_hash: randomBytes(32),
				expires_at: new Date(),
			},
		],
		['mails', { organization_id, id: newId(), kind: 'k', recipient: 'r' }],
		['outbox', { organization_id, id: newId(), job: 'j', version: 1, payload: {} }],
		[
			'audit_events',
			{
				organization_id,
				id: ids.event,
				action: 'key.create',
				result: 'success',
				actor_kind: 'system',
				actor_id: 'test',
				target_type: 'api_key',
				request_id: 'r',
			},
		],
		['audit_pending', { organization_id, event_id: ids.event }],
		['audit_seals', { organization_id, sequence: 1, event_id: newId(), hash: randomBytes(32), key_kid: 'k' }],
		[
			'idempotency_keys',
			{
				organization_id,
				principal: 'p',
				route: 'r',
				key: random,
				fingerprint: randomBytes(32),
				status_code: 201,
				response_sealed: 's',
				expires_at: new Date(),
			},
		],
	];
}
