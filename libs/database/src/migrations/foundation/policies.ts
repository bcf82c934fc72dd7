const SYSTEM = `'00000000-0000-7000-8000-000000000001'::uuid`;
/** After a transaction the setting is '' instead of absent, hence nullif: no tenant, no rows. */
const TENANT = `nullif(current_setting('app.organization_id', true), '')::uuid`;
const USER = `nullif(current_setting('app.user_id', true), '')::uuid`;
const own = `organization_id = ${TENANT}`;

interface Access {
	readonly table: string;
	/** Rights of the api's role, in SQL. */
	readonly app: string;
	readonly worker: string;
	readonly using?: string;
	readonly check?: string;
}

/** Every table with an organization, and what each process may do with the rows of the organization it is set to. */
const tenantTables: readonly Access[] = [
	{ table: 'projects', app: 'SELECT, INSERT, UPDATE', worker: 'SELECT' },
	{ table: 'memberships', app: 'SELECT, INSERT, UPDATE', worker: 'SELECT' },
	{ table: 'roles', app: 'SELECT, INSERT, UPDATE', worker: 'SELECT' },
	{ table: 'role_permissions', app: 'SELECT, INSERT, DELETE', worker: 'SELECT' },
	{ table: 'user_roles', app: 'SELECT, INSERT, UPDATE, DELETE', worker: 'SELECT' },
	{ table: 'api_keys', app: 'SELECT, INSERT, UPDATE', worker: 'SELECT' },
	{ table: 'providers', app: 'SELECT, INSERT, UPDATE, DELETE', worker: 'SELECT' },
	{ table: 'provider_credentials', app: 'SELECT, INSERT, UPDATE, DELETE', worker: 'SELECT' },
	{ table: 'usage_events', app: 'SELECT', worker: 'SELECT' },
	{ table: 'usage_rollups_hourly', app: 'SELECT', worker: 'SELECT, INSERT, DELETE' },
	{ table: 'usage_open_windows', app: 'SELECT', worker: 'SELECT, INSERT, UPDATE, DELETE' },
	{ table: 'outbox', app: 'SELECT, INSERT', worker: 'SELECT, INSERT, UPDATE, DELETE' },
	{ table: 'idempotency_keys', app: 'SELECT, INSERT, UPDATE, DELETE', worker: 'SELECT, DELETE' },
	{
		table: 'sessions',
		app: 'SELECT, INSERT, UPDATE',
		worker: 'SELECT, DELETE',
		using: `user_id = ${USER}`,
		check: `user_id = ${USER} AND ${own}`,
	},
	{
		table: 'refresh_tokens',
		app: 'SELECT, INSERT, UPDATE',
		worker: 'SELECT, DELETE',
		using: `user_id = ${USER}`,
		check: `user_id = ${USER} AND ${own}`,
	},
];

const isolate = ({ table, app, worker, using = own, check = own }: Access): string[] => [
	`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
	`CREATE POLICY tenant ON ${table} TO parallama_app, parallama_worker USING (${using}) WITH CHECK (${check})`,
	`GRANT ${app} ON ${table} TO parallama_app`,
	`GRANT ${worker} ON ${table} TO parallama_worker`,
];

/** Rows of the system organization that are marked as shared can be read by all; never credentials. */
const shared = [
	`CREATE POLICY shared ON roles FOR SELECT TO parallama_app, parallama_worker USING (organization_id = ${SYSTEM} AND is_shared)`,
	`CREATE POLICY shared ON role_permissions FOR SELECT TO parallama_app, parallama_worker
		USING (organization_id = ${SYSTEM} AND EXISTS (SELECT FROM roles r WHERE r.organization_id = ${SYSTEM} AND r.id = role_id AND r.is_shared))`,
	`CREATE POLICY shared ON providers FOR SELECT TO parallama_app, parallama_worker USING (organization_id = ${SYSTEM} AND is_shared)`,
];

const organizations = [
	'ALTER TABLE organizations ENABLE ROW LEVEL SECURITY',
	`CREATE POLICY tenant ON organizations TO parallama_app USING (id = ${TENANT}) WITH CHECK (id = ${TENANT})`,
	'CREATE POLICY walk ON organizations FOR SELECT TO parallama_worker USING (true)', // the worker visits one after the other
	'GRANT SELECT, INSERT, UPDATE ON organizations TO parallama_app',
	'GRANT SELECT ON organizations TO parallama_worker',
];

/** A user is seen by the organizations that have a membership of theirs, and by themselves. */
const seen = `id = ${USER} OR EXISTS (SELECT FROM memberships m WHERE m.organization_id = ${TENANT} AND m.user_id = users.id)`;
const users = [
	'ALTER TABLE users ENABLE ROW LEVEL SECURITY',
	`CREATE POLICY seen ON users FOR SELECT TO parallama_app, parallama_worker USING (${seen})`,
	`CREATE POLICY changed ON users FOR UPDATE TO parallama_app USING (${seen})`,
	`CREATE POLICY added ON users FOR INSERT TO parallama_app WITH CHECK (true)`,
	'GRANT SELECT, INSERT, UPDATE ON users TO parallama_app',
	'GRANT SELECT ON users TO parallama_worker',
];

/** What the functions of `functions.ts` may touch, across tenants. */
const definer: readonly [string, string][] = [
	['organizations', 'SELECT'],
	['projects', 'SELECT'],
	['users', 'SELECT'],
	['memberships', 'SELECT'],
	['roles', 'SELECT'],
	['role_permissions', 'SELECT'],
	['user_roles', 'SELECT'],
	['api_keys', 'SELECT'],
	['sessions', 'SELECT'],
	['refresh_tokens', 'SELECT'],
	['usage_open_windows', 'SELECT, INSERT, UPDATE'],
	['outbox', 'SELECT, UPDATE'],
];

export const policies = (): string[] => [
	...tenantTables.flatMap(isolate),
	...shared,
	...organizations,
	...users,
	...definer.flatMap(([table, rights]) => [
		`CREATE POLICY crossing ON ${table} TO parallama_definer USING (true) WITH CHECK (true)`,
		`GRANT ${rights} ON ${table} TO parallama_definer`,
	]),
];
