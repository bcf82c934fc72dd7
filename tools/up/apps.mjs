import { Failure } from '../services/failure.mjs';
import { until } from '../services/processes.mjs';
import { chooseAddresses, portTaken } from './addresses.mjs';

const GRACE = 10_000;
const DATABASES = ['DATABASE_URL', 'DATABASE_MIGRATION_URL', 'DATABASE_WORKER_URL'];
const FIRST = ['BOOTSTRAP_ADMIN_EMAIL', 'BOOTSTRAP_ADMIN_PASSWORD', 'BOOTSTRAP_API_KEY'];

/** What api and worker share. Not among it: the owner's URL, and what only the bootstrap may know. */
function commonEnvironment({ base, file, get, extra, addresses }) {
	// The content of CONFIG_FILE becomes variables: the file may hold the owner's URL.
	const env = { ...file, ...base, ...extra };
	for (const name of [...DATABASES, ...FIRST, 'CONFIG']) for (const key of [name, `${name}_FILE`]) delete env[key];
	Object.assign(env, {
		HOST: addresses.host,
		PORT: String(addresses.port),
		PUBLIC_URL: addresses.publicUrl,
		NODE_ENV: 'development',
		LOG_LEVEL: get('LOG_LEVEL') ?? 'warn',
		LOG_PRETTY: get('LOG_PRETTY') ?? (process.stderr.isTTY ? 'on' : 'off'),
		SHUTDOWN_GRACE_MS: get('SHUTDOWN_GRACE_MS') ?? String(GRACE),
	});
	for (const name of Object.keys(env)) if (env[name.replace(/_FILE$/, '')] && name.endsWith('_FILE')) delete env[name];
	return env;
}

/** How long a process may take to end after SIGTERM: its own delay and grace, and a little. */
export const patience = (get) =>
	Math.max(15_000, Number(get('SHUTDOWN_DELAY_MS') ?? 0) + Number(get('SHUTDOWN_GRACE_MS') ?? GRACE) + 3000);

const answers = async (url, options) => {
	try {
		return (await fetch(url, { ...options, signal: AbortSignal.timeout(2000) })).ok;
	} catch {
		return false;
	}
};

const startOne = (context, name, variables) => {
	const { supervisor, node, common, lost } = context;
	const main = `dist/apps/${name}/src`;
	const args = ['--enable-source-maps', '--import', `./${main}/instrument.js`, `${main}/main.js`];
	return supervisor.start(name, node, args, { env: { ...common, ...variables }, lost });
};

/** Resolves when both are ready, with what stops them; rejects with the failure of the first that ended. */
async function untilReady(context, addresses) {
	const { supervisor, urls, signal, get } = context;
	const trouble = new AbortController();
	const state = { ready: false };
	const lost = (failure) => (state.ready ? context.lost(failure) : trouble.abort(failure));
	const common = commonEnvironment({ ...context, addresses });
	const { management } = addresses;
	const running = [
		startOne({ ...context, common, lost }, 'api', { MANAGEMENT_PORT: String(management.api), DATABASE_URL: urls.app }),
		startOne({ ...context, common, lost }, 'worker', {
			MANAGEMENT_PORT: String(management.worker),
			DATABASE_WORKER_URL: urls.worker,
		}),
	];
	const stop = () => Promise.all(running.map((app) => supervisor.stop(app, patience(get))));
	const probes = [`${addresses.managementUrl}/readyz`, `${addresses.workerManagementUrl}/readyz`];
	const both = async () => (await Promise.all(probes.map((url) => answers(url)))).every(Boolean);
	try {
		const options = { every: 50, signal: AbortSignal.any([signal, trouble.signal]) };
		if (!(await until(both, 60_000, options)))
			throw new Failure(
				`api and worker were not ready within 60 s (${probes.join(', ')})`,
				'LOG_LEVEL=debug npm run up shows what they wait for',
			);
		state.ready = true;
		return stop;
	} catch (error) {
		await stop();
		throw error;
	}
}

/** Between our test and its start another program may have taken a port. */
function explain(error, { port }) {
	const taken = Number(/EADDRINUSE\D[^\n]*:(\d+)/.exec(error.said ?? '')?.[1]);
	if (!taken) return error;
	return portTaken(taken, { name: taken === port ? 'PORT' : 'MANAGEMENT_PORT' });
}

/**
 * Starts api and worker and waits until both are ready.
 * @param context supervisor, node, base (environment), file, get, extra (variables), urls {app, worker}, signal,
 *   lost(failure): called when one ends later, defer(stop): called with the function that stops both
 * @returns the addresses
 */
export async function startApps(context) {
	const addresses = await chooseAddresses(context.get);
	try {
		context.defer(await untilReady(context, addresses));
		return addresses;
	} catch (error) {
		throw explain(error, addresses);
	} finally {
		addresses.management.settled();
	}
}
