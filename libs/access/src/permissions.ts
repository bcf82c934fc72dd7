import { AppError, type Scope } from '#libs/kernel';

/** Every permission there is, with what it allows. Roles and key scopes are sets of these. */
export const permissions = {
	'account:self': 'Act on the own account; every signed-in person has it, no key has it',
	'organizations:read': 'See the organization',
	'organizations:write': 'Change the organization',
	'organizations:delete': 'End the organization',
	'projects:read': 'See projects',
	'projects:write': 'Create and change projects',
	'users:read': 'See the people of the organization',
	'users:write': 'Add, change and suspend people of the organization',
	'roles:read': 'See roles and who has them',
	'roles:write': 'Create roles and assign them',
	'keys:read': 'See own API keys',
	'keys:write': 'Create and revoke own API keys',
	'keys:read_all': "See everybody's API keys",
	'keys:write_all': "Create and revoke anybody's API keys",
	'providers:read': 'See upstream providers and their state',
	'providers:write': 'Add, change and remove upstream providers',
	'models:read': 'See models',
	'models:use': 'Call models',
	'models:pull': 'Make an Ollama upstream load new models',
	'models:push': "Send an Ollama upstream's models to a registry",
	'models:create': 'Make and copy models on an Ollama upstream, and send it files for them',
	'models:delete': "Remove an Ollama upstream's models",
	'conversations:read': 'Read own conversations',
	'conversations:write': 'Hold conversations',
	'conversations:share': 'Show own conversations to others by links',
	'prompts:read': 'See and render own, shared and shipped prompts',
	'prompts:write': 'Make, change and share own prompts',
	'usage:read_own': 'See own usage',
	'usage:read': "See everybody's usage",
	'usage:rebuild': 'Recompute usage reports from the ledger',
	'limits:read': 'See limits, who they bind and what is left',
	'limits:write': 'Set limits for anybody in the organization, and reset their counters',
	'budgets:read': 'See budgets and what is spent of them',
	'budgets:write': 'Set budgets for anybody in the organization',
	'prices:read': 'See what models cost',
	'prices:write': 'Set prices and mark-ups of the organization, and charge past calls anew',
	'audit:read': 'Read the audit log',
	'instance:operate': 'Operate the installation',
	'instance:users': 'Disable and erase users of the installation',
	'instance:organizations': 'Create and end organizations',
} as const;

/** What a role that is given in one project only can bring; everything else concerns the whole organization. */
export const projectPermissions: ReadonlySet<string> = new Set([
	'models:read',
	'models:use',
	'conversations:read',
	'conversations:write',
	'conversations:share',
	'prompts:read',
	'prompts:write',
	'usage:read_own',
	'keys:read',
	'keys:write',
] satisfies (keyof typeof permissions)[]);

export type Permission = keyof typeof permissions;
export const isPermission = (name: string): name is Permission => Object.hasOwn(permissions, name);

/** Rights of people and of the installation: no key ever has them, whatever its owner may do. */
export const isForKeys = (permission: string): boolean =>
	permission !== 'account:self' && !permission.startsWith('instance:');

export interface PermissionInfo {
	readonly name: Permission;
	readonly description: string;
	readonly isForKeys: boolean;
	/** Whether a role that is given in one project brings it. */
	readonly isForProjects: boolean;
}

export const permissionCatalogue: readonly PermissionInfo[] = Object.entries(permissions).map(
	([name, description]) => ({
		name: name as Permission,
		description,
		isForKeys: isForKeys(name),
		isForProjects: projectPermissions.has(name),
	}),
);

/** @throws AppError denied, naming the missing permission. */
export function demand(scope: Pick<Scope, 'permissions'>, permission: Permission): void {
	if (!scope.permissions.has(permission))
		throw new AppError('denied', 'permission_denied', `This needs the permission ${permission}`);
}
