// Where the services of a checkout keep their files, and as whom they run.
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure } from './failure.mjs';
import { readJson, writeJson } from './files.mjs';

export const ROOT = resolve(import.meta.dirname, '../..');
const SHARED = '/var/tmp';
const uid = process.getuid?.() ?? 0;
export const isRoot = process.getuid?.() === 0;

const idOf = (flag) => {
	const id = Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout?.trim() || Number.NaN);
	if (Number.isInteger(id)) return id;
	throw new Failure(
		'PostgreSQL refuses to run as root, and there is no user "nobody" to run it as',
		'start this as an ordinary user, or set DATABASE_URL and REDIS_URL',
	);
};
let identity;
/** Options for spawn: PostgreSQL refuses uid 0, so under root the services run as "nobody", which exists everywhere. */
export const unprivileged = () => {
	if (!isRoot) return {};
	identity ??= { uid: idOf('-u'), gid: idOf('-g') };
	return identity;
};

/** Absolute path of the folder with credentials and state: DATA_DIR, by default .parallama in the checkout. */
export const dataDir = (env = process.env) => resolve(ROOT, env.DATA_DIR || '.parallama');

/**
 * A folder of ours. In /var/tmp, where anybody may create names, one that belongs to somebody else is refused.
 * Under root others may enter it (not list it): "nobody" must reach its files.
 */
export function ownFolder(path, mode = isRoot ? 0o711 : 0o700) {
	mkdirSync(path, { recursive: true, mode });
	const stat = lstatSync(path);
	if (!stat.isDirectory() || (process.getuid && stat.uid !== uid) || stat.mode & 0o022)
		throw new Failure(
			`${path} is not a folder that only this user can write`,
			`look at it, then remove it: rm -r ${path}`,
		);
	if ((stat.mode & 0o777) !== mode) chmodSync(path, mode);
	return path;
}

const keyOf = (path) => createHash('sha256').update(path).digest('hex').slice(0, 12);
/** Names in /var/tmp carry the user, so that users do not meet. */
export const sharedPath = (name) => join(SHARED, `parallama-${name}-${uid}`);

/**
 * As root the data cannot lie in the checkout ("nobody" may be unable to enter it), so it lies in /var/tmp, tied to this
 * DATA_DIR by a file in it: a new DATA_DIR at an old path starts empty, a moved one keeps its data, a copied one gets its own.
 */
function tiedFolder(data, create) {
	const file = join(data, 'services.json');
	const saved = readJson(file)?.dir;
	if (saved && existsSync(saved)) {
		const origin = readJson(join(saved, 'origin.json'))?.dataDir;
		const copied = origin !== data && readJson(join(origin ?? '', 'services.json'))?.dir === saved;
		if (!copied) return saved;
	}
	if (!create) return undefined;
	const dir = `${sharedPath(`services-${keyOf(data)}`)}-${randomBytes(4).toString('hex')}`;
	mkdirSync(data, { recursive: true, mode: 0o700 });
	writeJson(file, { dir });
	return dir;
}

/** Folders in /var/tmp that an earlier DATA_DIR at this path left behind. */
export function orphans(data = dataDir()) {
	if (!isRoot) return [];
	const mine = tiedFolder(data, false);
	const prefix = `${sharedPath(`services-${keyOf(data)}`)}-`;
	return readdirSync(SHARED)
		.map((name) => join(SHARED, name))
		.filter((path) => path.startsWith(prefix) && path !== mine);
}

/** The services folder of a profile ('up' or 'test'); undefined when there is none yet and `create` is false. */
export function servicesFolder(profile, { create = true } = {}) {
	const data = dataDir(profile === 'test' ? {} : process.env);
	const dir =
		profile === 'test'
			? isRoot
				? `${sharedPath(`services-${keyOf(ROOT)}`)}-test`
				: join(data, 'services-test')
			: isRoot
				? tiedFolder(data, create)
				: join(data, 'services');
	if (!create) return dir && existsSync(dir) ? dir : undefined;
	if (!isRoot) mkdirSync(data, { recursive: true, mode: 0o700 });
	ownFolder(dir);
	if (readJson(join(dir, 'origin.json'))?.dataDir !== data) writeJson(join(dir, 'origin.json'), { dataDir: data });
	return dir;
}
