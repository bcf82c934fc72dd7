import { type Config, ConfigError } from '#libs/config';
import { withConnection } from '#libs/database';
import type { DatabaseLogin } from './database-login.js';
import { LoginRepository } from './persistence/login.repository.js';

/**
 * Makes the logins that `DATABASE_URL` and `DATABASE_WORKER_URL` name, with their passwords and the rights of their groups
 * and no others; existing ones are brought to the same state. Connects as the owner, after the migrations. Returns their names.
 * @throws ConfigError when a URL is missing, or names the owner.
 */
export async function ensureLogins(config: Config): Promise<string[]> {
	const { DATABASE_MIGRATION_URL: url, DATABASE_URL, DATABASE_WORKER_URL } = config.database;
	if (url === undefined) throw new ConfigError(['DATABASE_MIGRATION_URL is not set: logins are made as the owner']);
	const logins = [
		loginOf('DATABASE_URL', DATABASE_URL, 'parallama_app'),
		loginOf('DATABASE_WORKER_URL', DATABASE_WORKER_URL, 'parallama_worker'),
	];
	const names = new Set([new URL(url).username, ...logins.map(({ name }) => name)]);
	if (names.size < 3) throw new ConfigError(['The three database URLs must have three users: owner, api and worker']);
	await withConnection({ url, applicationName: 'parallama-logins' }, (source) =>
		source.transaction(async (manager) => {
			const rows = new LoginRepository(manager);
			await rows.waitForTurn();
			for (const login of logins) await rows.ensure(login);
		}),
	);
	return logins.map(({ name }) => name);
}

function loginOf(variable: string, url: string | undefined, group: DatabaseLogin['group']): DatabaseLogin {
	if (url === undefined) throw new ConfigError([`${variable} is not set: it names the login that is to be made`]);
	const { username, password } = new URL(url);
	if (username === '' || password === '') throw new ConfigError([`${variable} must have a user and a password`]);
	return { name: decodeURIComponent(username), password: decodeURIComponent(password), group };
}
