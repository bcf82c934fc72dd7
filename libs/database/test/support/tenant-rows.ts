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
	const ids = {
		project: newId(),
		role: newId(),
		session: newId(),
		provider: newId(),
		alias: newId(),
		event: newId(),
		prompt: newId(),
	};
	const chat = {
		conversation_id: newId(),
		folder: newId(),
		tag: newId(),
		message_id: newId(),
		run: newId(),
		file: newId(),
	};
	const talk = { organization_id, user_id: userId, conversation_id: chat.conversation_id };
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
		['usage_rollups_minutely', { organization_id, minute: new Date(), calls: 1, ...call }],
		['usage_rollups_daily', { organization_id, day: new Date(), calls: 1, ...call }],
		['usage_summaries', { organization_id, grain: 'day', cut: 'total', starts_at: new Date(), calls: 1, status: 'ok' }],
		['usage_open_windows', { organization_id, hour: new Date() }],
		['usage_open_minutes', { organization_id, minute: new Date() }],
		['limits', { organization_id, id: newId(), user_id: userId, metric: 'requests', time_window: 'minute', max: 1 }],
		['budgets', { organization_id, id: newId(), created_by: userId, period: 'month', amount_nano_usd: '1' }],
		['prices', { organization_id, id: newId(), model: 'm', valid_from: new Date(), mark_up: 0 }],
		[
			'price_reratings',
			{ organization_id, id: newId(), period_from: new Date(0), period_to: new Date(1), created_by: userId },
		],
		['limit_templates', { organization_id, role_organization_id: organization_id, role_id: ids.role, limits: '[]' }],
		[
			'prompts',
			{ organization_id, id: ids.prompt, user_id: userId, name: 'P', visibility: 'shared', latest_version: 1 },
		],
		['prompt_versions', { organization_id, prompt_id: ids.prompt, version: 1, template: 't' }],
		['prompt_labels', { organization_id, prompt_id: ids.prompt, label: 'l', version: 1 }],
		['folders', { organization_id, id: chat.folder, user_id: userId, name: 'F' }],
		['tags', { organization_id, id: chat.tag, user_id: userId, name: 'T' }],
		['conversations', { organization_id, id: chat.conversation_id, user_id: userId, folder_id: chat.folder }],
		['conversation_tags', { organization_id, conversation_id: chat.conversation_id, tag_id: chat.tag }],
		[
			'messages',
			{
				organization_id,
				conversation_id: chat.conversation_id,
				id: chat.message_id,
				sequence: 1,
				role: 'user',
				content: '[]',
			},
		],
		[
			'message_texts',
			{ ...talk, message_id: chat.message_id, role: 'user', body: 'b', words: `'b':1`, created_at: new Date() },
		],
		['runs', { ...talk, id: chat.run, parent_id: chat.message_id, model: 'm' }],
		['run_logs', { organization_id, run_id: chat.run, events: '[]', last_sequence: 0 }],
		[
			'attachments',
			{
				organization_id,
				id: chat.file,
				user_id: userId,
				name: 'n',
				kind: 'text',
				media_type: 'text/plain',
				bytes: 1,
				sha256: randomBytes(32),
				storage_key: random,
			},
		],
		['message_attachments', { organization_id, message_id: chat.message_id, attachment_id: chat.file }],
		['exports', { organization_id, id: newId(), user_id: userId, form: 'json', storage_key: 'k' }],
		[
			'imports',
			{ organization_id, id: newId(), user_id: userId, name: 'f', is_dry_run: false, storage_key: 'i', bytes: 1 },
		],
		['removed_files', { organization_id, id: newId(), storage_key: 'k' }],
		[
			'share_links',
			{ ...talk, id: newId(), token_hash: randomBytes(32), mode: 'live', audience: 'public', leaf_id: chat.message_id },
		],
		['message_feedback', { ...talk, id: newId(), message_id: chat.message_id, thumb: 'up', context: {} }],
		['responses', { ...talk, id: newId(), run_id: chat.run, status: 'completed', request: {} }],
		['conversation_retention', { organization_id, class: 'trash', keep_days: 30 }],
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
