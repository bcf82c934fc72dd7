import { Config, type Environment } from '#libs/config';
import { examineDatabase, examineRoles } from './database.js';
import type { Finding } from './finding.js';
import { examineRedis } from './redis.js';
import { examineSettings } from './settings.js';
import { examineMail, examineStorage } from './storage.js';

/**
 * Looks at everything an installation stands on, from where it is called, and changes nothing but for a probe file that it removes.
 * @throws ConfigError for settings that cannot be read at all
 */
export async function examine(environment: Environment): Promise<readonly Finding[]> {
	const settings = examineSettings(environment);
	const config = Config.load('cli', environment);
	const found = await Promise.all([
		examineDatabase(config),
		examineRoles(config),
		examineRedis(config),
		examineStorage(config),
	]);
	return [...settings, ...found.flat(), ...examineMail(config)];
}
