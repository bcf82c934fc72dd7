// PostgreSQL and Redis of one chaos run: their own data, durable settings, killed and started again at will.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { dataDir, isRoot, ownFolder, sharedPath } from '../services/layout.mjs';
import { postgresPid, startPostgres, stopPostgres } from '../services/postgres.mjs';
import { processStamp, until } from '../services/processes.mjs';
import { redisPid, startRedis, stopRedis } from '../services/redis.mjs';

const kill = async (pid) => {
	process.kill(pid, 'SIGKILL');
	await until(() => !processStamp(pid), 5_000);
};

export class Stores {
	#dir;
	#options;

	/** Starts both on empty data. */
	static async start(say) {
		const name = `chaos-${process.pid}`;
		const dir = ownFolder(isRoot ? sharedPath(name) : join(dataDir({}), name));
		const secret = () => randomBytes(24).toString('hex');
		const credentials = { superuser: secret(), owner: secret(), redis: secret() };
		const stores = new Stores(dir, { credentials, durable: true, say });
		await Promise.all([stores.startPostgres(), stores.startRedis()]);
		return stores;
	}

	constructor(dir, options) {
		this.#dir = dir;
		this.#options = options;
	}

	get dir() {
		return this.#dir;
	}

	/** Each takes its old port again, so the URLs stay. */
	async startPostgres() {
		const port = await startPostgres(this.#dir, this.#options);
		this.ownerUrl = `postgres://parallama:${this.#options.credentials.owner}@127.0.0.1:${port}/parallama`;
	}

	async startRedis() {
		const port = await startRedis(this.#dir, this.#options);
		this.redisUrl = `redis://:${this.#options.credentials.redis}@127.0.0.1:${port}`;
	}

	killPostgres = () => kill(postgresPid(this.#dir));
	killRedis = () => kill(redisPid(this.#dir));

	async remove({ keep }) {
		await Promise.all([stopPostgres(this.#dir), stopRedis(this.#dir)]);
		if (keep) return;
		rmSync(this.#dir, { recursive: true, force: true });
	}
}
