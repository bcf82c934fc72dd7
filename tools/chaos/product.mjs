// One installation for a chaos run: stores, mock upstream, api and worker, with short windows so that a seed takes seconds.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { until } from '../services/processes.mjs';
import { choosePort } from '../services/ports.mjs';
import { ensureLogins } from '../up/database.mjs';
import { answers, cli, Program } from './processes.mjs';
import { Stores } from './stores.mjs';

const WINDOWS = { HEARTBEAT_MS: '150', REPLICA_TIMEOUT_MS: '1000', ROLLUP_EVERY_MS: '1000', LEDGER_FLUSH_MS: '250' };
const STREAMS = 'chunks=10,first_chunk_ms=60,delay_ms=40';

export class Product {
	/** `models`: every name that a call will ask for. `settings`: of api and worker, besides those of a chaos run. */
	static async start(models, say, settings = {}) {
		const product = new Product();
		product.settings = settings;
		try {
			say('starting PostgreSQL and Redis …');
			product.stores = await Stores.start(say);
			await product.#prepare(models, say);
			return product;
		} catch (error) {
			await product.remove();
			throw error;
		}
	}

	async #prepare(models, say) {
		const { stores } = this;
		say('preparing the database …');
		const { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY, ...secrets } = await cli(
			['secrets', 'generate'],
			{},
		);
		const admin = { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY };
		const owner = { DATABASE_MIGRATION_URL: stores.ownerUrl, REDIS_URL: stores.redisUrl };
		await cli(['db', 'migrate'], owner);
		({ apiKey: this.apiKey } = await cli(['bootstrap'], { ...owner, ...secrets, ...admin }));
		const login = (name, group) => ({ name, group, password: randomBytes(24).toString('hex') });
		this.urls = await ensureLogins(stores.ownerUrl, {
			app: login('chaos_app', 'parallama_app'),
			worker: login('chaos_worker', 'parallama_worker'),
		});
		say('starting mock upstream, api and worker …');
		await this.#startMock(models);
		await this.#startApps(secrets);
	}

	async #startMock(models) {
		const port = await choosePort(`chaos mock ${process.pid}`);
		const url = `http://127.0.0.1:${port}`;
		this.upstreamLog = join(this.stores.dir, 'upstream.jsonl');
		this.upstreamUrl = url;
		this.mock = new Program({
			name: 'the mock upstream',
			args: [
				'dist/libs/testing/src/mock-upstream/main.js',
				'--port',
				String(port),
				'--log',
				this.upstreamLog,
				'--models',
				models.join(','),
				'--behaviour',
				STREAMS,
			],
			env: {},
			log: join(this.stores.dir, 'mock.log'),
			ready: () => answers(`${url}/api/version`),
		});
		await this.mock.start();
	}

	async #startApps(secrets) {
		const [port, apiManagement, workerManagement] = [
			await choosePort(`chaos api ${process.pid}`),
			await choosePort(`chaos api management ${process.pid}`),
			await choosePort(`chaos worker management ${process.pid}`),
		];
		this.url = `http://127.0.0.1:${port}`;
		this.managementUrl = `http://127.0.0.1:${apiManagement}`;
		this.workerManagementUrl = `http://127.0.0.1:${workerManagement}`;
		const common = {
			...WINDOWS,
			...this.settings,
			...secrets,
			HOST: '127.0.0.1',
			REDIS_URL: this.stores.redisUrl,
			OLLAMA_URL: this.upstreamUrl,
			LOG_LEVEL: 'info',
			SHUTDOWN_GRACE_MS: '5000',
		};
		const app = (name, management, env) =>
			new Program({
				name,
				args: [`dist/apps/${name}/src/main.js`],
				env: { ...common, ...env, MANAGEMENT_PORT: String(management) },
				log: join(this.stores.dir, `${name}.log`),
				ready: () => answers(`http://127.0.0.1:${management}/readyz`),
			});
		this.api = app('api', apiManagement, { PORT: String(port), DATABASE_URL: this.urls.app });
		this.worker = app('worker', workerManagement, { DATABASE_WORKER_URL: this.urls.worker });
		await Promise.all([this.api.start(), this.worker.start()]);
		await this.#warm();
	}

	/** Key and models are known from here on, so the first seed finds what the others find. */
	async #warm() {
		const headers = { authorization: `Bearer ${this.apiKey}` };
		const lists = async () =>
			(await (await fetch(`${this.url}/openai/v1/models`, { headers })).json()).data?.length > 0;
		if (!(await until(() => lists().catch(() => false), 20_000, { every: 100 })))
			throw new Error('the api lists no model of the mock upstream');
	}

	/** The four that can be killed: how, and how they come back. */
	get victims() {
		return {
			api: this.api,
			worker: this.worker,
			redis: { kill: this.stores.killRedis, start: () => this.stores.startRedis() },
			postgres: { kill: this.stores.killPostgres, start: () => this.stores.startPostgres() },
		};
	}

	/** Resolves when no call is open, in memory or in Redis: every ledger row is written. */
	async quiet(limitMs = 30_000) {
		const redis = new Redis(this.stores.redisUrl, { maxRetriesPerRequest: 1 });
		redis.on('error', () => {});
		let seen = '';
		try {
			const isQuiet = async () => {
				const metrics = await (await fetch(`${this.managementUrl}/metrics`)).text();
				const value = (name) => Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(metrics)?.[1]);
				const [open, pending] = [value('parallama_open_calls'), value('parallama_ledger_pending_calls')];
				const keys = await redis.keys('*:leases');
				seen = `${open} calls open, ${pending} in memory, leases left in ${keys.length} hashes`;
				return open === 0 && pending === 0 && keys.length === 0;
			};
			if (!(await until(() => isQuiet().catch(() => false), limitMs, { every: 50 })))
				throw new Error(`the ledger did not come to rest within ${limitMs} ms: ${seen}`);
		} finally {
			redis.disconnect();
		}
	}

	/** Ledger rows whose alias begins with `prefix`. */
	async ledger(prefix) {
		const client = new pg.Client(this.stores.ownerUrl);
		await client.connect();
		try {
			const { rows } = await client.query(
				`select alias, kind, status, usage_source as "usageSource", is_estimated as "isEstimated", error_code as "errorCode",
				        input_tokens::int as "inputTokens", output_tokens::int as "outputTokens", cost_nano_usd::text as cost
				   from usage_events where starts_with(alias, $1)`,
				[prefix],
			);
			const { rows: totals } = await client.query(
				`select (count(*) filter (where kind = 'call'))::int as calls, coalesce(sum(input_tokens), 0)::int as "inputTokens",
				        coalesce(sum(output_tokens), 0)::int as "outputTokens" from usage_events`,
			);
			return { rows, totals: totals[0] };
		} finally {
			await client.end();
		}
	}

	/** What the platform says of the usage of all calls. */
	async reportedTotals() {
		const response = await fetch(`${this.url}/api/v1/usage?groupBy=model`, {
			headers: { authorization: `Bearer ${this.apiKey}` },
		});
		const { data } = await response.json();
		const { calls, inputTokens, outputTokens } = data.total;
		return { calls, inputTokens, outputTokens };
	}

	/** What the upstream did for calls whose model begins with `prefix`; later lines of a call complete earlier ones. */
	upstream(prefix) {
		const calls = new Map();
		for (const line of readFileSync(this.upstreamLog, 'utf8').split('\n')) {
			if (line === '') continue;
			const { event, id, ...said } = JSON.parse(line);
			if (event === 'start' && said.model.startsWith(prefix)) calls.set(id, said);
			else if (event === 'end' && calls.has(id)) Object.assign(calls.get(id), said);
		}
		return [...calls.values()].map((call) => ({ ...call, alias: call.model.replace(/:latest$/, '') }));
	}

	/** Ends everything in order. Resolves whether api and worker ended as they should. */
	async stop() {
		const codes = [await this.api?.stop(), await this.worker?.stop()];
		return codes.every((code) => code === 0);
	}

	async remove({ keep = false } = {}) {
		await this.stop();
		await this.mock?.stop();
		await this.stores?.remove({ keep });
	}
}
