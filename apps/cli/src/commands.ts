import type { Command } from './command.js';

interface Entry {
	readonly summary: string;
	/** Loaded when it is called: a short command must not wait for the database's libraries. */
	readonly load: () => Promise<Command>;
}

/** Every command there is. */
export const commands: Readonly<Record<string, Entry>> = {
	bootstrap: {
		summary: 'Make the first organization, project, admin and API key, once',
		load: async () => (await import('./commands/bootstrap.js')).command,
	},
	'secrets generate': {
		summary: 'Print new secrets for an installation',
		load: async () => (await import('./commands/secrets-generate.js')).command,
	},
	'secrets reencrypt': {
		summary: 'Encrypt everything stored under an older ENCRYPTION_KEY again',
		load: async () => (await import('./commands/secrets-reencrypt.js')).command,
	},
	'db migrate': {
		summary: 'Bring the schema of the database up to date',
		load: async () => (await import('./commands/db-migrate.js')).command,
	},
	'db status': {
		summary: 'Show which migrations ran',
		load: async () => (await import('./commands/db-status.js')).command,
	},
	'db logins': {
		summary: 'Make the database logins of api and worker',
		load: async () => (await import('./commands/db-logins.js')).command,
	},
	'user create': {
		summary: 'Add a person to an organization',
		load: async () => (await import('./commands/user-create.js')).command,
	},
	'user list': {
		summary: 'Show the people of an organization',
		load: async () => (await import('./commands/user-list.js')).command,
	},
	'user info': {
		summary: 'Show a person',
		load: async () => (await import('./commands/user-info.js')).command,
	},
	'user update': {
		summary: 'Change a person: name, account, membership',
		load: async () => (await import('./commands/user-update.js')).command,
	},
	'user delete': {
		summary: 'Close an account and erase it after 30 days',
		load: async () => (await import('./commands/user-delete.js')).command,
	},
	'auth rotate-tokens': {
		summary: 'Print a new signing key, and the three steps to bring it in',
		load: async () => (await import('./commands/auth-rotate-tokens.js')).command,
	},
	'auth revoke-all': {
		summary: 'End all sessions of a person, or of everybody',
		load: async () => (await import('./commands/auth-revoke-all.js')).command,
	},
	'key generate': {
		summary: 'Make an API key',
		load: async () => (await import('./commands/key-generate.js')).command,
	},
	'key create': {
		summary: 'The same as key generate',
		load: async () => (await import('./commands/key-generate.js')).command,
	},
	'key list': {
		summary: 'Show the API keys of an organization',
		load: async () => (await import('./commands/key-list.js')).command,
	},
	'key revoke': {
		summary: 'End an API key at once',
		load: async () => (await import('./commands/key-revoke.js')).command,
	},
	'key rotate': {
		summary: 'Give an API key a new secret; the old one works on for a while',
		load: async () => (await import('./commands/key-rotate.js')).command,
	},
	'role list': {
		summary: 'Show the roles of an organization and who has them',
		load: async () => (await import('./commands/role-list.js')).command,
	},
	'role grant': {
		summary: 'Give somebody a role',
		load: async () => (await import('./commands/role-grant.js')).command,
	},
	'role revoke': {
		summary: 'Take a role from somebody',
		load: async () => (await import('./commands/role-revoke.js')).command,
	},
	'audit verify': {
		summary: 'Prove that the audit log of an organization is what was written',
		load: async () => (await import('./commands/audit-verify.js')).command,
	},
	'audit export': {
		summary: 'Print the audit log of an organization, a JSON line for each event',
		load: async () => (await import('./commands/audit-export.js')).command,
	},
	'provider list': {
		summary: 'Show the upstream connections of an organization',
		load: async () => (await import('./commands/provider-list.js')).command,
	},
	'provider create': {
		summary: 'Add an upstream connection',
		load: async () => (await import('./commands/provider-create.js')).command,
	},
	'provider update': {
		summary: 'Rename an upstream connection, move it, or give it another credential',
		load: async () => (await import('./commands/provider-update.js')).command,
	},
	'provider enable': {
		summary: 'Let calls go to an upstream connection again',
		load: async () => (await import('./commands/provider-enable.js')).command,
	},
	'provider disable': {
		summary: 'Let no call go to an upstream connection',
		load: async () => (await import('./commands/provider-disable.js')).command,
	},
	'provider delete': {
		summary: 'Remove an upstream connection',
		load: async () => (await import('./commands/provider-delete.js')).command,
	},
	'provider test': {
		summary: 'Ask an upstream connection for its models',
		load: async () => (await import('./commands/provider-test.js')).command,
	},
	'provider credential': {
		summary: 'Give an upstream connection another credential',
		load: async () => (await import('./commands/provider-credential.js')).command,
	},
	'model list': {
		summary: 'Show what can be called',
		load: async () => (await import('./commands/model-list.js')).command,
	},
	'model refresh': {
		summary: 'Ask every provider for its models',
		load: async () => (await import('./commands/model-refresh.js')).command,
	},
	'alias list': {
		summary: 'Show the names for models of an organization',
		load: async () => (await import('./commands/alias-list.js')).command,
	},
	'alias set': {
		summary: 'Make or change a name for models',
		load: async () => (await import('./commands/alias-set.js')).command,
	},
	'alias delete': {
		summary: 'Remove a name for models',
		load: async () => (await import('./commands/alias-delete.js')).command,
	},
	'limits set': {
		summary: 'Set how much somebody, or the organization, may use',
		load: async () => (await import('./commands/limits-set.js')).command,
	},
	'limits show': {
		summary: 'Show the limits of an organization, or what binds somebody',
		load: async () => (await import('./commands/limits-show.js')).command,
	},
	'limits delete': {
		summary: 'Remove a limit',
		load: async () => (await import('./commands/limits-delete.js')).command,
	},
	'budgets set': {
		summary: 'Set how much somebody, or the organization, may spend',
		load: async () => (await import('./commands/budgets-set.js')).command,
	},
	'budgets show': {
		summary: 'Show the budgets that bind somebody, and what is left of them',
		load: async () => (await import('./commands/budgets-show.js')).command,
	},
	'budgets list': {
		summary: 'Show the budgets of an organization',
		load: async () => (await import('./commands/budgets-list.js')).command,
	},
	'budgets delete': {
		summary: 'Remove a budget',
		load: async () => (await import('./commands/budgets-delete.js')).command,
	},
	'usage show': {
		summary: 'Show what an organization used, and what the month will cost',
		load: async () => (await import('./commands/usage-show.js')).command,
	},
	'usage report': {
		summary: 'Show usage by one or two dimensions, the most first',
		load: async () => (await import('./commands/usage-report.js')).command,
	},
	'usage export': {
		summary: 'Write usage by one or two dimensions as CSV, or as lines of JSON',
		load: async () => (await import('./commands/usage-export.js')).command,
	},
	'prices import': {
		summary: 'Set prices and mark-ups from a file',
		load: async () => (await import('./commands/prices-import.js')).command,
	},
	'prices list': {
		summary: 'Show what models cost, and from when on',
		load: async () => (await import('./commands/prices-list.js')).command,
	},
	'prices rerate': {
		summary: 'Charge a period anew by the prices of today, or show what that changed',
		load: async () => (await import('./commands/prices-rerate.js')).command,
	},
	doctor: {
		summary: 'Look at all that the installation stands on, and say what to do',
		load: async () => (await import('./commands/doctor.js')).command,
	},
	'jobs list': {
		summary: 'Show the jobs of an organization',
		load: async () => (await import('./commands/jobs-list.js')).command,
	},
	'jobs show': {
		summary: 'Show a job',
		load: async () => (await import('./commands/jobs-show.js')).command,
	},
	'jobs retry': {
		summary: 'Try a job, or all, again that were given up',
		load: async () => (await import('./commands/jobs-retry.js')).command,
	},
	'jobs promote': {
		summary: 'Offer a job that waits at once',
		load: async () => (await import('./commands/jobs-promote.js')).command,
	},
	'jobs clean': {
		summary: 'Forget jobs that are over',
		load: async () => (await import('./commands/jobs-clean.js')).command,
	},
	'gateway status': {
		summary: 'Ask a running gateway how it is',
		load: async () => (await import('./commands/gateway-status.js')).command,
	},
};
