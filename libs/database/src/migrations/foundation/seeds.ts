/**
 * Frozen: what this migration wrote. Later changes of the catalogue of permissions come with a migration of their own; a
 * test of `#libs/access` compares the database with the catalogue.
 */
const system = '00000000-0000-7000-8000-000000000001';

const own = ['keys:read', 'keys:write', 'models:read', 'models:use', 'usage:read_own', 'roles:read'];
const conversations = ['conversations:read', 'conversations:write'];
const readAll = [
	'organizations:read',
	'projects:read',
	'users:read',
	'roles:read',
	'keys:read_all',
	'providers:read',
	'usage:read',
	'models:read',
];
const admin = [
	...own,
	...conversations,
	...readAll,
	'organizations:write',
	'projects:write',
	'users:write',
	'roles:write',
	'keys:write_all',
	'providers:write',
	'models:pull',
	'usage:rebuild',
];

const builtIn: readonly { id: number; name: string; description: string; permissions: readonly string[] }[] = [
	{
		id: 1,
		name: 'owner',
		description: 'Everything in the organization, also its end',
		permissions: [...admin, 'organizations:delete'],
	},
	{ id: 2, name: 'admin', description: 'Runs the organization: people, keys, providers, limits', permissions: admin },
	{
		id: 3,
		name: 'premium',
		description: 'Uses models and conversations, manages own keys, may pull models',
		permissions: [...own, ...conversations, 'models:pull'],
	},
	{
		id: 4,
		name: 'basic',
		description: 'Uses models and conversations, manages own keys',
		permissions: [...own, ...conversations],
	},
	{
		id: 5,
		name: 'viewer',
		description: 'Reads settings and usage, changes nothing',
		permissions: [...readAll, 'usage:read_own'],
	},
	{
		id: 6,
		name: 'operator',
		description: 'Operates the installation; counts in the system organization only',
		permissions: ['instance:operate', 'instance:users', 'instance:organizations'],
	},
];

const roleId = (n: number): string => `00000000-0000-7000-8000-${String(100 + n).padStart(12, '0')}`;
const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

export const seeds = (): string[] => [
	`INSERT INTO organizations (id, slug, name) VALUES ('${system}', 'system', 'System')`,
	...builtIn.flatMap(({ id, name, description, permissions }) => [
		`INSERT INTO roles (organization_id, id, name, description, is_shared)
			VALUES ('${system}', '${roleId(id)}', ${text(name)}, ${text(description)}, ${name !== 'operator'})`,
		...[...new Set(permissions)].map(
			(permission) => `INSERT INTO role_permissions VALUES ('${system}', '${roleId(id)}', ${text(permission)})`,
		),
	]),
];
