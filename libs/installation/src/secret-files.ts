import { createHash, randomBytes } from 'node:crypto';
import { generateSecrets } from './generate-secrets.js';

/** Where the stores of an installation listen: `host` or `host:port`. */
export interface StoreHosts {
	readonly database: string;
	readonly redis: string;
}

/** What Redis lets the product do: everything with data, nothing with the server. */
const REDIS_RIGHTS = '~* &* +@all -@admin -@dangerous +info +client|setname +client|setinfo +client|list +client|id';

const password = (): string => randomBytes(24).toString('hex'); // stands in URLs as it is

/**
 * Everything secret of a new installation whose stores are its own, as files: `name` is that of the setting in lower case.
 * Each process gets the files that it needs, and a login of its own.
 */
export function secretFiles({ database, redis }: StoreHosts): Readonly<Record<string, string>> {
	const secrets = generateSecrets();
	const [owner, api, worker, store] = [password(), password(), password(), password()];
	const url = (login: string, secret: string): string => `postgres://${login}:${secret}@${database}/parallama`;
	const digest = createHash('sha256').update(store).digest('hex');
	return {
		...Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name.toLowerCase(), value])),
		postgres_password: password(),
		database_owner_password: owner,
		database_migration_url: url('parallama_owner', owner),
		database_url: url('parallama_api', api),
		database_worker_url: url('parallama_jobs', worker),
		redis_acl: `user default off\nuser parallama on #${digest} ${REDIS_RIGHTS}\n`,
		redis_url: `redis://parallama:${store}@${redis}`,
		grafana_admin_password: password(),
	};
}
