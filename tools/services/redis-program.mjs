// Which Redis runs: one on PATH, else the distribution's own package, unpacked without installing it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { isRoot, unprivileged } from './layout.mjs';
import { run, which } from './processes.mjs';
import { publish, published } from './publish.mjs';

const OLDEST = [6, 2];
const REMEDY =
	'install Redis or Valkey (apt install redis-server, apk add redis, brew install redis), or set REDIS_URL to a server of yours';
const TRIPLET = `${{ x64: 'x86_64', arm64: 'aarch64' }[process.arch] ?? process.arch}-linux-gnu`;

const unpacked = (folder) => ({
	path: ['redis-server', 'valkey-server'].map((name) => join(folder, 'usr/bin', name)).find(existsSync),
	env: { LD_LIBRARY_PATH: [join(folder, 'usr/lib', TRIPLET), join(folder, 'lib', TRIPLET)].join(':') },
});
const runs = ({ path, env }) => {
	if (!path) return false;
	const options = { ...unprivileged(), cwd: '/', env: { ...process.env, ...env }, encoding: 'utf8' };
	const [major, minor] = (spawnSync(path, ['--version'], options).stdout?.match(/v=(\d+)\.(\d+)/) ?? [])
		.slice(1)
		.map(Number);
	return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
};
const works = (folder) => runs(unpacked(folder));

/** What the package needs beyond what is installed here (its library names differ between releases). */
async function missingLibraries(options, name, signal) {
	const { stdout } = await run('apt-cache', [...options, 'depends', '--important', name], { signal });
	const names = [...stdout.matchAll(/^\s+Depends: (lib\S+)$/gm)].map(([, library]) => library);
	const here = async (library) =>
		(await run('dpkg-query', ['-W', '-f', '${db:Status-Status}', library], { signal })).stdout === 'installed';
	const wanted = [];
	for (const library of names) if (!(await here(library))) wanted.push(library);
	return wanted;
}

async function download(folder, options, signal) {
	const cwd = join(folder, 'debs');
	mkdirSync(cwd);
	const names = [
		['redis-server', 'redis-tools'],
		['valkey-server', 'valkey-tools'],
	];
	let problem = '';
	for (const [server, tools] of names) {
		const libraries = await missingLibraries(options, tools, signal);
		const result = await run('apt-get', [...options, 'download', server, tools, ...libraries], { cwd, signal });
		if (result.code === 0) return cwd;
		problem ||= result.stderr.trim();
	}
	throw new Failure(`Debian's package of Redis could not be downloaded: ${problem.split('\n').at(-1)}`, REMEDY);
}

/** As an ordinary user, and without changing the system's package lists: own lists only where those have no package. */
async function fetchPackage(folder, signal) {
	const plain = isRoot ? ['-o', 'APT::Sandbox::User=root'] : [];
	try {
		return await download(folder, plain, signal);
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
	}
	rmSync(join(folder, 'debs'), { recursive: true });
	mkdirSync(join(folder, 'apt/lists/partial'), { recursive: true });
	mkdirSync(join(folder, 'apt/cache/archives/partial'), { recursive: true });
	const own = [...plain, '-o', `Dir::State::lists=${folder}/apt/lists`, '-o', `Dir::Cache=${folder}/apt/cache`];
	const update = await run('apt-get', [...own, '-qq', 'update'], { signal });
	if (update.code !== 0)
		throw new Failure(`the package lists could not be fetched: ${update.stderr.trim().split('\n').at(-1)}`, REMEDY);
	return download(folder, own, signal);
}

async function unpack(folder, signal) {
	const debs = await fetchPackage(folder, signal);
	const files = readdirSync(debs).filter((file) => file.endsWith('.deb'));
	for (const file of files) {
		const { code, stderr } = await run('dpkg-deb', ['-x', join(debs, file), folder], { signal });
		if (code !== 0) throw new Failure(`${file} could not be unpacked: ${stderr.trim()}`, REMEDY);
	}
	for (const rest of ['debs', 'apt']) rmSync(join(folder, rest), { recursive: true, force: true });
	const version = files.find((file) => /^(redis|valkey)-server_/.test(file))?.match(/_(?:\d+%3a)?([\w.]+)/)?.[1];
	if (!works(folder))
		throw new Failure(`the Redis of this distribution (${version}) does not run here unpacked`, REMEDY);
	return version;
}

/** {path, env} of the Redis to run. */
export async function redisProgram({ say, signal }) {
	for (const name of ['redis-server', 'valkey-server']) {
		const path = which(name);
		if (path && runs({ path, env: {} })) return { path, env: {} };
	}
	const ready = published('redis').find(works);
	if (ready) return unpacked(ready);
	if (!which('apt-get') || !which('dpkg-deb'))
		throw new Failure(
			`there is no Redis from version ${OLDEST.join('.')} on on PATH, and no apt to fetch one with`,
			REMEDY,
		);
	say('fetching Redis from the distribution (once per user) …');
	return unpacked(await publish('redis', (folder) => unpack(folder, signal), works));
}
