import { Config, ConfigError } from '#libs/config';
import type { Terminal } from './command.js';

/** The CLI's settings. An operator's tool: it connects as the owner, and takes `DATABASE_URL` where that is the owner's. */
export function loadConfig({ environment }: Terminal): Config {
	const config = Config.load('cli', environment);
	const { DATABASE_MIGRATION_URL, DATABASE_URL } = config.database;
	if (DATABASE_MIGRATION_URL !== undefined || DATABASE_URL === undefined) return config;
	return Config.load('cli', { ...environment, DATABASE_MIGRATION_URL: DATABASE_URL });
}

/** @throws ConfigError naming the variable to set. */
export function ownerUrl(config: Config): string {
	const url = config.database.DATABASE_MIGRATION_URL;
	if (url === undefined)
		throw new ConfigError(['DATABASE_MIGRATION_URL is not set: PostgreSQL as the owner of the schema']);
	return url;
}
