// This product: its own PostgreSQL and Redis (durable settings, a folder of their own), migrated and bootstrapped once;
// each instance is a fresh api process.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BENCH, CANDIDATE_CORE, freePort, NODE, ROOT, start, stop } from '../processes.mjs';

const API = 'dist/apps/api/src';
const CLI = 'dist/apps/cli/src/main.js';
const KEYS = 1_000;
const PAGE = '/api/v1/keys?limit=20';

/** A command of the product's CLI; its one line of JSON. */
function cli(args, env) {
	const text = execFileSync(NODE, ['--enable-source-maps', CLI, ...args], {
		cwd: ROOT,
		env: { ...process.env, LOG_LEVEL: 'warn', ...env },
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const line = text.split('\n').find((candidate) => candidate.startsWith('{'));
	return line === undefined ? {} : JSON.parse(line);
}

const logins = () => ({
	app: { name: 'bench_app', password: randomBytes(24).toString('hex'), group: 'parallama_app' },
	worker: { name: 'bench_worker', password: randomBytes(24).toString('hex'), group: 'parallama_worker' },
});

/** One call of the platform API; its data. */
async function call(url, { token, body, method = body === undefined ? 'GET' : 'POST' }) {
	const response = await fetch(url, {
		method,
		headers: {
			...(body === undefined ? {} : { 'content-type': 'application/json' }),
			...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
		},
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	const text = await response.text();
	if (!response.ok) throw new Error(`${method} ${url} answers ${response.status}: ${text.slice(0, 500)}`);
	return JSON.parse(text).data;
}

/** The statements of the transaction that read the page, of all that were captured. */
function pageTransaction(captured) {
	const lines = captured
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line));
	const page = lines.findLast(({ text }) => /\bapi_keys\b/.test(text) && /\blimit\b/i.test(text));
	if (page === undefined) throw new Error('no statement that pages through api_keys was seen');
	const own = lines.filter(({ connection }) => connection === page.connection);
	const at = own.indexOf(page);
	const begins = own.slice(0, at).findLastIndex(({ text }) => /^(begin|start transaction)/i.test(text));
	const ends = own.findIndex(({ text }, index) => index > at && /^commit/i.test(text));
	if (begins < 0 || ends < 0) throw new Error('the page was not read in a transaction');
	return own.slice(begins, ends + 1).map((line) => ({ text: line.text, values: line.values, isPage: line === page }));
}

export class Gateway {
	name = 'gateway';

	/** Starts the services, migrates, bootstraps, registers the fake upstream and makes the keys to page through. */
	static async prepare({ upstreamPort, profileDir, say }) {
		if (!existsSync(join(ROOT, API, 'main.js'))) throw new Error('the product is not built: npm run build');
		say('preparing the gateway: PostgreSQL, Redis, migrations, first admin …');
		const dataDir = mkdtempSync(join(tmpdir(), 'parallama-bench-data-'));
		process.env.DATA_DIR = dataDir; // the services' folder follows from it
		const { acquire, remove } = await import('../../services.mjs');
		const services = await acquire('up', { say });
		const gateway = new Gateway({ services, remove, dataDir, upstreamPort, profileDir });
		try {
			await gateway.#setUp();
			await gateway.#furnish(say);
		} catch (error) {
			await gateway.release();
			throw error;
		}
		return gateway;
	}

	constructor(parts) {
		Object.assign(this, parts);
	}

	async #setUp() {
		const { ensureLogins } = await import('../../up/database.mjs');
		const { ownerUrl, redisUrl } = this.services;
		const secrets = cli(['secrets', 'generate', '--json'], {});
		cli(['db', 'migrate'], { DATABASE_MIGRATION_URL: ownerUrl });
		const urls = await ensureLogins(ownerUrl, logins());
		const setUp = { ...secrets, DATABASE_MIGRATION_URL: ownerUrl, REDIS_URL: redisUrl };
		const { adminEmail, apiKey } = cli(['bootstrap', '--json'], setUp);
		this.admin = { email: adminEmail, password: secrets.BOOTSTRAP_ADMIN_PASSWORD };
		this.apiKey = apiKey;
		this.ownerUrl = ownerUrl;
		this.appUrl = urls.app;
		const { JWT_PRIVATE_KEY, KEY_PEPPER, ENCRYPTION_KEY } = secrets;
		this.env = {
			JWT_PRIVATE_KEY,
			KEY_PEPPER,
			ENCRYPTION_KEY,
			DATABASE_URL: urls.app,
			REDIS_URL: redisUrl,
			HOST: '127.0.0.1',
			OLLAMA_URL: `http://127.0.0.1:${this.upstreamPort}`,
			EGRESS_ALLOW: '127.0.0.1',
			LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
		};
	}

	async #login(url) {
		return (await call(`${url}/api/v1/auth/login`, { body: this.admin })).accessToken;
	}

	async #furnish(say) {
		const sqlFile = join(this.dataDir, 'statements.jsonl');
		const capture = { preload: join(BENCH, 'candidates/capture-sql.mjs'), env: { BENCH_SQL_FILE: sqlFile } };
		const running = await this.start(undefined, capture);
		try {
			const url = `http://127.0.0.1:${running.port}`;
			const token = await this.#login(url);
			const baseUrl = `http://127.0.0.1:${this.upstreamPort}/v1`;
			await call(`${url}/api/v1/providers`, { token, body: { name: 'bench', kind: 'openai-compatible', baseUrl } });
			await this.#untilListed(url);
			say(`making ${KEYS} keys …`);
			for (let made = 0; made < KEYS; made += 20) {
				const twenty = Array.from({ length: 20 }, (_, i) => ({ name: `bench ${made + i}` }));
				const keys = await Promise.all(twenty.map((body) => call(`${url}/api/v1/keys`, { token, body })));
				// an owner may have few live ones; revoked ones are listed, too
				await Promise.all(keys.map(({ id }) => call(`${url}/api/v1/keys/${id}`, { token, method: 'DELETE' })));
			}
			writeFileSync(sqlFile, '');
			await call(url + PAGE, { token });
			this.pageStatements = pageTransaction(readFileSync(sqlFile, 'utf8'));
		} finally {
			await stop(running);
		}
	}

	async #untilListed(url) {
		const wanted = ['bench', 'bench-ollama'];
		let ids = [];
		for (const end = Date.now() + 15_000; Date.now() < end; ) {
			const response = await fetch(`${url}/openai/v1/models`, { headers: { authorization: `Bearer ${this.apiKey}` } });
			ids = ((await response.json()).data ?? []).map(({ id }) => id.replace(/:latest$/, ''));
			if (wanted.every((id) => ids.includes(id))) return;
			await new Promise((done) => setTimeout(done, 200));
		}
		throw new Error(`the gateway lists ${ids.join(', ') || 'no models'} instead of ${wanted.join(', ')}`);
	}

	/** One fresh api process on the candidate's core. */
	async start(_context, { preload, env: extra = {} } = {}) {
		const port = await freePort();
		const managementPort = await freePort();
		const env = {
			...this.env,
			...extra,
			PORT: String(port),
			MANAGEMENT_PORT: String(managementPort),
			PUBLIC_URL: `http://127.0.0.1:${port}`,
		};
		const preloads = [preload, `./${API}/instrument.js`].filter((file) => file !== undefined);
		const imports = preloads.flatMap((file) => ['--import', file]);
		const profile = this.profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${this.profileDir}`];
		const args = ['--enable-source-maps', ...profile, ...imports, `${API}/main.js`];
		const ready = `http://127.0.0.1:${managementPort}/readyz`;
		const running = { ...(await start('gateway', { core: CANDIDATE_CORE, args, env, ready })), port };
		const page = { pagePath: PAGE, pageHeaders: {} };
		/** An access token lives shorter than a long run. */
		const refresh = async () => {
			page.pageHeaders.authorization = `Bearer ${await this.#login(`http://127.0.0.1:${port}`)}`;
		};
		return { ...running, ...page, refresh, prefix: '/openai', headers: { authorization: `Bearer ${this.apiKey}` } };
	}

	/** Stops the services and deletes what they stored. */
	async release() {
		await this.services.release();
		await this.remove('up');
		rmSync(this.dataDir, { recursive: true, force: true });
	}
}
