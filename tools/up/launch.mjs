// The steps from a fresh clone to a running product, in order.
import { dataDir, unprivileged } from '../services/layout.mjs';
import { checkPort } from './addresses.mjs';
import { startApps } from './apps.mjs';
import { alone, build } from './build.mjs';
import { Credentials } from './credentials.mjs';
import { checkOwner, checkRedis, ensureLogins } from './database.mjs';
import { install } from './install.mjs';
import { during, say } from './progress.mjs';
import { baseEnvironment, canLogIn, commands, firstModel, nodeProgram } from './product.mjs';
import { earlySettings, loadSettings } from './settings.mjs';
import { chooseUpstream } from './upstream.mjs';

/** The owner's database and Redis: given ones, checked, or ones of our own. */
async function provide(get, { signal, defer }) {
	const [database, redis] = [get('DATABASE_URL'), get('REDIS_URL')];
	if (database) await checkOwner(database);
	if (redis) await checkRedis(redis);
	if (database && redis) return { ownerUrl: database, redisUrl: redis };
	unprivileged(); // says at once when it cannot be
	const { acquire } = await import('../services/services.mjs');
	const services = await acquire('up', { need: { postgres: !database, redis: !redis }, signal, say });
	defer(services.release);
	return { ownerUrl: database ?? services.ownerUrl, redisUrl: redis ?? services.redisUrl };
}

/** The first admin, organization, project and key exist afterwards. Returns what is known about them. */
async function bootstrap(product, credentials, { get, ownerUrl, redisUrl }) {
	const admin = credentials.admin(get);
	const env = { DATABASE_MIGRATION_URL: ownerUrl, REDIS_URL: redisUrl, ...credentials.secrets(get), ...admin };
	const { BOOTSTRAP_API_KEY: saved } = credentials.saved;
	// A given key counts where it works; a new one for it on every start would pile up.
	if (credentials.confirmed && admin.BOOTSTRAP_API_KEY !== saved) {
		const { apiKey } = await product.bootstrap(env, { replace: false });
		if (apiKey === null) say('BOOTSTRAP_API_KEY is no key of this installation: the one in bootstrap.json is used');
		if (apiKey === null) env.BOOTSTRAP_API_KEY = saved;
	}
	const { created, adminEmail, apiKey } = await product.bootstrap(env, { replace: true });
	const { BOOTSTRAP_ADMIN_PASSWORD } = admin;
	if (created) credentials.keep({ BOOTSTRAP_ADMIN_EMAIL: adminEmail, BOOTSTRAP_ADMIN_PASSWORD, confirmed: true });
	credentials.keep({ BOOTSTRAP_API_KEY: apiKey });
	return { adminEmail, apiKey };
}

/** The saved password, if it is that admin's: a database given to us may have been set up from elsewhere. */
async function adminPassword(credentials, { url, email }) {
	const { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD: password } = credentials.saved;
	if (credentials.confirmed && BOOTSTRAP_ADMIN_EMAIL === email) return password;
	if (!(await canLogIn({ url, email, password }).catch(() => false))) return null;
	credentials.keep({ BOOTSTRAP_ADMIN_EMAIL: email, confirmed: true });
	return password;
}

/**
 * @param context supervisor, signal, defer(fn): runs when everything stops, last first; lost(failure)
 * @returns {result, model, upstream}: `result` is what --json prints
 */
export async function launch(context) {
	const { supervisor, signal } = context;
	if (process.env.PORT || !process.env.CONFIG_FILE) await checkPort(earlySettings());
	const base = baseEnvironment();
	await alone(async () => {
		await install(supervisor);
		await build((name, command, args, options) => supervisor.run(name, command, args, { env: base, ...options }));
	}, signal);
	const node = nodeProgram();
	const { get, file } = await loadSettings();
	const upstreamChoice = chooseUpstream(get);
	const product = commands({ supervisor, node, base });

	const [{ ownerUrl, redisUrl }, credentials] = await during('starting the database and Redis', () =>
		both(provide(get, context), Credentials.load(dataDir(), product.generateSecrets)),
	);
	await during('migrating the database', () => product.migrate(ownerUrl));
	const urls = await ensureLogins(ownerUrl, credentials.logins);
	const { adminEmail, apiKey } = await during('setting up the first admin and key', () =>
		bootstrap(product, credentials, { get, ownerUrl, redisUrl }),
	);

	const upstream = await upstreamChoice;
	const extra = { REDIS_URL: redisUrl, DATA_DIR: dataDir(), ...credentials.secrets(get), ...upstream.env };
	const { url, managementUrl } = await during('starting api and worker', () =>
		startApps({ ...context, node, base, file, get, extra, urls }),
	);
	const model = await firstModel({ url, apiKey, signal });
	const password = await adminPassword(credentials, { url, email: adminEmail });
	const result = { url, managementUrl, adminEmail, adminPassword: password, apiKey, databaseUrl: ownerUrl, redisUrl };
	return { result, model, upstream: upstream.text };
}

/** Like Promise.all, but settles only when both have: what one started must not outlive the other's failure unseen. */
async function both(...promises) {
	const results = await Promise.allSettled(promises);
	const failed = results.find(({ status }) => status === 'rejected');
	if (failed) throw failed.reason;
	return results.map(({ value }) => value);
}
