// What `up` asks of the product: its CLI, and the running api.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Failure } from '../services/failure.mjs';
import { ROOT } from '../services/layout.mjs';
import { until } from '../services/processes.mjs';

const CLI = 'dist/apps/cli/src/main.js';
const BIN = join(ROOT, 'node_modules/.bin');

/** The environment of everything that is started: programs of this checkout first, and compiled code kept (a third of the boot). */
export const baseEnvironment = () => {
	const { DATA_DIR: _, ...env } = process.env;
	const NODE_COMPILE_CACHE = join(ROOT, 'node_modules/.cache/compiled');
	return { NODE_COMPILE_CACHE, ...env, PATH: [BIN, process.env.PATH].join(delimiter) };
};

/** The Node that comes with the packages where there is one for this platform and it runs, else this one. */
export function nodeProgram() {
	const own = join(BIN, 'node');
	return existsSync(own) && spawnSync(own, ['--version']).status === 0 ? own : process.execPath;
}

/** The JSON object that a command printed, among other lines perhaps. */
function parseObject(stdout, name) {
	for (const text of [stdout, ...stdout.split('\n').filter((line) => line.startsWith('{'))])
		try {
			return JSON.parse(text);
		} catch {
			/* the next one */
		}
	throw new Failure(`${name} printed no JSON object`, 'this is a fault of the product: npm run build, then try again');
}

/** The product's own commands, run to their end. */
export function commands({ supervisor, node, base }) {
	const cli = (name, args, { env = {}, explain }) =>
		supervisor.run(name, node, [CLI, ...args], {
			env: { ...base, LOG_LEVEL: 'warn', ...env },
			explain,
		});
	// What is wrong with BOOTSTRAP_* the product says itself, with the remedy.
	const itsWords = ({ stderr, code }) =>
		new Failure(stderr.trim().replace(/^parallama: /, '') || `the bootstrap failed (exit code ${code})`);
	return {
		generateSecrets: async () =>
			parseObject((await cli('generating secrets', ['secrets', 'generate', '--json'], {})).stdout, 'secrets generate'),
		migrate: (ownerUrl) =>
			cli('migrating the database', ['db', 'migrate'], { env: { DATABASE_MIGRATION_URL: ownerUrl } }),
		/** @returns {created, adminEmail, apiKey}; apiKey is null when the given one does not work and `replace` is false */
		bootstrap: async (env, { replace }) => {
			const args = ['bootstrap', '--json', ...(replace ? ['--replace-revoked-key'] : [])];
			return parseObject((await cli('the bootstrap', args, { env, explain: itsWords })).stdout, 'bootstrap');
		},
	};
}

/** The first model that the api lists for this key; undefined when it lists none within 5 s. */
export async function firstModel({ url, apiKey, signal }) {
	let status = 0;
	let model;
	const listed = async () => {
		const response = await fetch(`${url}/openai/v1/models`, {
			headers: { authorization: `Bearer ${apiKey}` },
			signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]),
		});
		status = response.status;
		model = response.ok ? (await response.json()).data?.[0]?.id : undefined;
		return Boolean(model) || status === 401;
	};
	await until(() => listed().catch(() => false), 5000, { every: 100, signal });
	if (status === 401)
		throw new Failure(
			`the api at ${url} does not accept the key of bootstrap.json`,
			'the key was made with another KEY_PEPPER: use the secrets that this database was set up with',
		);
	return model;
}

/** Whether this password opens this account. */
export async function canLogIn({ url, email, password }) {
	const response = await fetch(`${url}/api/v1/auth/login`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ email, password }),
		signal: AbortSignal.timeout(10_000),
	});
	return response.ok;
}
