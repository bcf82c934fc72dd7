// Builds when the sources are not those that dist was made from.
//   node tools/up/build.mjs            records that dist was just built (npm's postbuild)
//   node tools/up/build.mjs --ensure   builds if needed: what runs from dist goes on undisturbed where it is not
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, Failure } from '../services/failure.mjs';
import { locked, readJson, writeJson } from '../services/files.mjs';
import { dataDir, ROOT } from '../services/layout.mjs';
import { run } from '../services/processes.mjs';
import { during, say } from './progress.mjs';

const STAMP = join(ROOT, 'dist/.built.json');
const MAIN = join(ROOT, 'dist/apps/api/src/main.js');
const SETTINGS = ['package.json', '.swcrc', 'nest-cli.json', 'tsconfig.json'];

function hashOfSources() {
	const hash = createHash('sha256');
	const sources = ['apps', 'libs'].flatMap((folder) =>
		readdirSync(join(ROOT, folder), { recursive: true })
			.filter((file) => /\.(?:ts|js|css|html)$/.test(file) && !file.endsWith('.spec.ts'))
			.map((file) => join(folder, file)),
	);
	for (const file of [...SETTINGS, ...sources.sort()])
		hash
			.update(`${file}\0`)
			.update(readFileSync(join(ROOT, file)))
			.update('\0');
	return hash.digest('hex');
}
const made = () => statSync(MAIN, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const record = (hash) => writeJson(STAMP, { hash, made: made() });

/** One at a time per checkout installs or builds: several starts with different DATA_DIRs, and test runs, share it. */
export async function alone(work, signal) {
	const folder = dataDir({});
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const onWait = (pid) => say(`waiting for process ${pid}, which installs or builds in this checkout …`);
	return locked(join(folder, 'checkout.lock'), work, { signal, onWait });
}

/**
 * `npm run build` where the sources, or dist itself, have changed since the last one.
 * @param start runs a program to its end: (name, command, args, {remedy}) => Promise
 */
export async function build(start) {
	const hash = hashOfSources();
	const last = readJson(STAMP);
	if (last?.hash === hash && last.made === made()) return;
	const remedy = 'npm run build shows all of it';
	await during('building', () => start('the build', 'npm', ['run', '-s', 'build'], { remedy }));
	record(hash);
}

async function start(name, command, args, { remedy }) {
	const { code, stdout, stderr } = await run(command, args, { cwd: ROOT });
	if (code !== 0) throw new Failure(`${name} failed: ${stderr || stdout}`, remedy);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	if (process.argv[2] !== '--ensure') record(hashOfSources());
	else
		await alone(() => build(start)).catch((error) => {
			say(describe(error));
			process.exitCode = 1;
		});
}
