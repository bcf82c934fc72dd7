import type { TableRoute } from '../../apps/api/src/edge/route-table.js';

/** Where path parameters come from: rows of a tenant by table. */
export type Ids = Readonly<Record<string, string>>;

/** Which table a route's `:id` names. */
const tableOf: Readonly<Record<string, string>> = {
	aliases: 'model_aliases',
	budgets: 'budgets',
	conversations: 'conversations',
	exports: 'exports',
	folders: 'folders',
	imports: 'imports',
	invitations: 'invitations',
	jobs: 'outbox',
	keys: 'api_keys',
	limits: 'limits',
	prices: 'prices',
	projects: 'projects',
	prompts: 'prompts',
	reratings: 'price_reratings',
	providers: 'providers',
	'role-assignments': 'user_roles',
	roles: 'roles',
	'service-accounts': 'users',
	runs: 'runs',
	sessions: 'sessions',
	'share-links': 'share_links',
	tags: 'tags',
	templates: 'roles',
	users: 'users',
};

/** Bodies that the routes take, where an empty one would be refused before anything is looked up. */
const bodies: Readonly<Record<string, unknown>> = {
	'PATCH /api/v1/projects/:id': { name: 'x' },
	'POST /api/v1/conversations/:id/messages/:messageId/edit': { content: 'x' },
	'POST /api/v1/conversations/:id/messages/append': { messages: [{ role: 'user', content: 'x' }] },
	'POST /api/v1/conversations/:id/messages': { content: 'x' },
	'POST /api/v1/prompts/:id/versions': { template: 'x' },
	'PUT /api/v1/prompts/:id/labels/:label': { version: 1 },
	'PUT /api/v1/conversations/:id/active-leaf': { messageId: '01a1fad4-dab2-72de-a8be-e80b58f3235e' },
	'PUT /api/v1/limits/templates/:id': { limits: [] },
	'POST /api/v1/providers/:id/credentials': { apiKey: 'x'.repeat(20) },
};

export interface Asked {
	readonly method: string;
	readonly path: string;
	readonly body: string | undefined;
}

/** Whether a route's path names something of an organization. */
export const takesIds = ({ url }: Pick<TableRoute, 'url'>): boolean => /\/:(id|credentialId)\b/.test(url);

/**
 * A request to a route. A list for a body is no route's: what takes no id refuses it once its caller is known, and nothing
 * is changed.
 */
export function asked(route: Pick<TableRoute, 'method' | 'url'>, ids: Ids): Asked {
	const { method, url } = route;
	const nouns = /\/api\/v1\/([\w-]+)(?:\/(sessions|templates|reratings))?/.exec(url);
	const table = tableOf[nouns?.[2] ?? nouns?.[1] ?? ''] ?? '';
	const path = url
		.replace(':id', ids[table] ?? ids['none'] ?? '')
		.replace(':credentialId', ids['provider_credentials'] ?? ids['none'] ?? '')
		.replace(':messageId', ids['messages'] ?? ids['none'] ?? '')
		.replace(':label', 'production')
		.replace(':digest', `sha256:${'0'.repeat(64)}`)
		.replace('*', 'no-such-model');
	const hasBody = method === 'POST' || method === 'PATCH' || method === 'PUT';
	const body = takesIds(route) ? JSON.stringify(bodies[`${method} ${url}`] ?? {}) : '[]';
	return { method, path, body: hasBody || url.endsWith('/delete') ? body : undefined };
}
