import type { TableRoute } from '../../apps/api/src/edge/route-table.js';

/** Where path parameters come from: rows of a tenant by table. */
export type Ids = Readonly<Record<string, string>>;

/** Which table a route's `:id` names. */
const tableOf: Readonly<Record<string, string>> = {
	aliases: 'model_aliases',
	budgets: 'budgets',
	invitations: 'invitations',
	jobs: 'outbox',
	keys: 'api_keys',
	limits: 'limits',
	projects: 'projects',
	providers: 'providers',
	'role-assignments': 'user_roles',
	roles: 'roles',
	'service-accounts': 'users',
	sessions: 'sessions',
	templates: 'roles',
	users: 'users',
};

/** Bodies that the routes take, where an empty one would be refused before anything is looked up. */
const bodies: Readonly<Record<string, unknown>> = {
	'PATCH /api/v1/projects/:id': { name: 'x' },
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
	const nouns = /\/api\/v1\/([\w-]+)(?:\/(sessions|templates))?/.exec(url);
	const table = tableOf[nouns?.[2] ?? nouns?.[1] ?? ''] ?? '';
	const path = url
		.replace(':id', ids[table] ?? ids['none'] ?? '')
		.replace(':credentialId', ids['provider_credentials'] ?? ids['none'] ?? '')
		.replace(':digest', `sha256:${'0'.repeat(64)}`)
		.replace('*', 'no-such-model');
	const hasBody = method === 'POST' || method === 'PATCH' || method === 'PUT';
	const body = takesIds(route) ? JSON.stringify(bodies[`${method} ${url}`] ?? {}) : '[]';
	return { method, path, body: hasBody || url.endsWith('/delete') ? body : undefined };
}
