// PostgreSQL and Redis of one profile in this checkout: 'up' (durable) or 'test'. Shared by all who hold them.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { asFailure, Failure } from './failure.mjs';
import { locked, me, readJson, writeJson } from './files.mjs';
import { dataDir, orphans, servicesFolder } from './layout.mjs';
import { postgresPid, startPostgres, stopPostgres } from './postgres.mjs';
import { isSame } from './processes.mjs';
import { redisPid, startRedis, stopRedis } from './redis.mjs';

const lockOf = (dir) => join(dir, 'lock');
const keepOf = (dir) => join(dir, 'keep');
const quiet = () => {};

function credentialsOf(dir) {
	const file = join(dir, 'credentials.json');
	const saved = readJson(file);
	if (saved) return saved;
	if (existsSync(join(dir, 'pg')))
		throw new Failure(
			`${file} is lost or damaged, and without it nobody can open the data beside it`,
			'restore that file, or give the data up: npm run services remove',
		);
	const secret = () => randomBytes(24).toString('hex');
	const fresh = { superuser: secret(), owner: secret(), redis: secret() };
	writeJson(file, fresh);
	return fresh;
}

/** Other live processes that hold the services of this folder. Leftovers of dead ones are removed. */
function otherHolders(dir) {
	const folder = join(dir, 'holders');
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	return readdirSync(folder)
		.filter((name) => name.endsWith('.json'))
		.map((name) => ({ file: join(folder, name), ...readJson(join(folder, name)) }))
		.filter(({ file, ...holder }) => {
			if (isSame(holder)) return holder.pid !== process.pid;
			rmSync(file, { force: true });
			return false;
		});
}

/** A deleted DATA_DIR leaves its data behind where they lie outside of it (under root): said once, never deleted unasked. */
function mentionOrphans(dir, say) {
	const left = existsSync(join(dir, 'credentials.json')) ? [] : orphans();
	if (left.length > 0)
		say(`the data of an earlier ${dataDir()} are still there (rm -r ${left.join(' ')}, or npm run services remove)`);
}

const stopBoth = (dir) => Promise.all([stopPostgres(dir), stopRedis(dir)]);

/** One fails: the other need not finish either. */
async function startBoth(dir, need, options) {
	const failing = new AbortController();
	const signal = AbortSignal.any([failing.signal, ...(options.signal ? [options.signal] : [])]);
	const start = (wanted, begin) =>
		wanted
			? begin(dir, { ...options, signal }).catch((error) => {
					failing.abort(error);
					throw error;
				})
			: undefined;
	const results = await Promise.allSettled([start(need.postgres, startPostgres), start(need.redis, startRedis)]);
	options.signal?.throwIfAborted();
	if (failing.signal.aborted) throw failing.signal.reason;
	return results.map(({ value }) => value);
}

/**
 * Starts what is needed and does not run yet, and holds it until release(): the last holder stops both.
 * @param profile 'up' or 'test'
 * @param options need: {postgres, redis}; keep: they outlive their holders until `npm run services down`; say: progress lines
 * @returns {dir, ownerUrl, redisUrl, others, exclusive, release}; `others`: how many other processes hold them
 */
export async function acquire(profile, { need = { postgres: true, redis: true }, keep, say = quiet, signal } = {}) {
	const dir = servicesFolder(profile);
	const exclusive = (work) =>
		locked(lockOf(dir), work, {
			signal,
			onWait: (pid) => say(`waiting for process ${pid}, which starts the services …`),
		});
	const mine = join(dir, 'holders', `${process.pid}.json`);
	const release = () =>
		locked(lockOf(dir), async () => {
			rmSync(mine, { force: true });
			if (otherHolders(dir).length === 0 && !existsSync(keepOf(dir))) await stopBoth(dir);
		});
	return exclusive(async () => {
		const others = otherHolders(dir).length;
		if (profile === 'up') mentionOrphans(dir, say);
		writeJson(mine, me());
		if (keep) writeJson(keepOf(dir), me());
		try {
			const credentials = credentialsOf(dir);
			const options = { credentials, durable: profile === 'up', signal, say };
			const [pgPort, redisPort] = await startBoth(dir, need, options);
			const ownerUrl = pgPort && `postgres://parallama:${credentials.owner}@127.0.0.1:${pgPort}/parallama`;
			const redisUrl = redisPort && `redis://:${credentials.redis}@127.0.0.1:${redisPort}`;
			return { dir, ownerUrl, redisUrl, others, exclusive, release };
		} catch (error) {
			rmSync(mine, { force: true });
			if (keep) rmSync(keepOf(dir), { force: true });
			if (others === 0) await stopBoth(dir);
			throw asFailure(error);
		}
	});
}

/** What runs, and where. */
export function status(profile) {
	const dir = servicesFolder(profile, { create: false });
	if (!dir) return { profile, postgres: 0, redis: 0 };
	return {
		profile,
		postgres: postgresPid(dir),
		redis: redisPid(dir),
		heldBy: otherHolders(dir).map(({ pid }) => pid),
		kept: existsSync(keepOf(dir)),
		dir,
	};
}

/** Stops both, whoever holds them. */
export async function stop(profile) {
	const dir = servicesFolder(profile, { create: false });
	if (!dir) return;
	await locked(lockOf(dir), async () => {
		rmSync(keepOf(dir), { force: true });
		await stopBoth(dir);
	});
}

/** Stops both and deletes their data for good, with those of an earlier DATA_DIR at the same path. */
export async function remove(profile) {
	const current = servicesFolder(profile, { create: false });
	const folders = [current, ...(profile === 'up' ? orphans() : [])].filter(Boolean);
	const holder = folders.flatMap(otherHolders)[0];
	if (holder) throw new Failure(`process ${holder.pid} is using the services`, `stop it first (kill ${holder.pid})`);
	for (const dir of folders) {
		await locked(lockOf(dir), () => stopBoth(dir));
		rmSync(dir, { recursive: true, force: true });
	}
	if (profile === 'up') rmSync(join(dataDir(), 'services.json'), { force: true });
}
