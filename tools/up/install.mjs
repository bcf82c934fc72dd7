import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Failure } from '../services/failure.mjs';
import { readJson } from '../services/files.mjs';
import { ROOT } from '../services/layout.mjs';
import { during } from './progress.mjs';

const LOCK = join(ROOT, 'package-lock.json');
const STAMP = join(ROOT, 'node_modules/.parallama-lock');
const hashOfLock = () => createHash('sha256').update(readFileSync(LOCK)).digest('hex');

/** npm's own record of what it installed, written last: all that the lock asks for, in the same versions? */
function isComplete() {
	const wanted = readJson(LOCK)?.packages ?? {};
	const present = readJson(join(ROOT, 'node_modules/.package-lock.json'))?.packages;
	if (!present) return false;
	const missing = ([path, entry]) => path && !entry.optional && !entry.devOptional && !present[path];
	const differs = ([path, entry]) => wanted[path]?.version !== entry.version;
	return !Object.entries(wanted).some(missing) && !Object.entries(present).some(differs);
}

function isInstalled() {
	const recorded = existsSync(join(ROOT, 'node_modules/.package-lock.json'));
	const hash = hashOfLock();
	if (recorded && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return true;
	if (!isComplete()) return false;
	writeFileSync(STAMP, hash);
	return true;
}

const CAUSES = [
	[/ENOSPC|no space left/i, 'the disk is full', 'free about 1 GB and start again'],
	[
		/EACCES|EPERM/,
		'not enough rights',
		'run as the owner of this checkout (chown -R it if root installed here before)',
	],
	[
		/ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|network/i,
		'the package registry cannot be reached',
		'check the connection, the proxy (npm config get proxy) and the registry (npm config get registry)',
	],
	[/EUSAGE|in sync|Missing:/, 'package-lock.json does not fit package.json', 'npm install, then npm run lock:complete'],
];
function explain({ stderr, stdout, code }) {
	const text = `${stderr}\n${stdout}`;
	const said = text
		.split('\n')
		.filter((line) => /npm error|npm ERR!/.test(line))
		.slice(0, 6)
		.join('\n');
	const [, cause, remedy] = CAUSES.find(([pattern]) => pattern.test(said)) ?? [];
	return new Failure(
		`installing failed${cause ? `: ${cause}` : ''}\n${said || `npm ci: ${code}`}`,
		remedy ?? 'npm ci shows the details',
	);
}

/** `npm ci` where node_modules does not hold what package-lock.json says. */
export async function install(supervisor) {
	if (isInstalled()) return;
	// npm must not run on the Node that it is about to replace, which `npm run` has put first.
	const path = process.env.PATH.split(delimiter).filter((folder) => !folder.endsWith('node_modules/.bin'));
	const env = { ...process.env, PATH: path.join(delimiter), NODE_ENV: 'development' };
	const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
	await during('installing packages (once, about half a minute)', () =>
		supervisor.run('npm ci', 'npm', args, { env, explain }),
	);
	writeFileSync(STAMP, hashOfLock());
}
