// Builds when the sources are not those that dist was made from.
// `node tools/up/build.mjs` records that dist was just built (npm's postbuild).
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJson, writeJson } from '../services/files.mjs';
import { ROOT } from '../services/layout.mjs';
import { during } from './progress.mjs';

const STAMP = join(ROOT, 'dist/.built.json');
const MAIN = join(ROOT, 'dist/apps/api/src/main.js');
const SETTINGS = ['package.json', '.swcrc', 'nest-cli.json', 'tsconfig.json'];

function hashOfSources() {
	const hash = createHash('sha256');
	const sources = ['apps', 'libs'].flatMap((folder) =>
		readdirSync(join(ROOT, folder), { recursive: true })
			.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
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

/** `npm run build` where the sources, or dist itself, have changed since the last one. */
export async function build(supervisor, env) {
	const hash = hashOfSources();
	const last = readJson(STAMP);
	if (last?.hash === hash && last.made === made()) return;
	const remedy = 'npm run build shows all of it';
	await during('building', () => supervisor.run('the build', 'npm', ['run', '-s', 'build'], { env, remedy }));
	record(hash);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) record(hashOfSources());
