// npm run openapi: writes the types of libs/client. npm run openapi:check: lints the document with Redocly and Spectral,
// compares it with the one of the last release (docs/openapi/released.json), and the types with the document.
//   node tools/openapi/main.mjs write | check | release
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { breakingChanges } from './compare.mjs';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');
const TYPES = join(ROOT, 'libs/client/src/schema.d.ts');
const RELEASED = join(ROOT, 'docs/openapi/released.json');
const task = process.argv[2] ?? 'check';
const folder = mkdtempSync(join(tmpdir(), 'parallama-openapi-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

function run(command, args, env = {}) {
	const { status } = spawnSync(command, args, {
		cwd: ROOT,
		stdio: ['ignore', 'inherit', 'inherit'],
		env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', ...env },
	});
	if (status !== 0) process.exit(status ?? 1);
}
const tool = (name, ...args) => run(join(HERE, 'node_modules/.bin', name), args);

run('npm', ['ci', '--prefix', HERE, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
const document = join(folder, 'openapi.json');
run('npm', ['test', '--', 'apps/api/test/openapi.spec.ts'], { OPENAPI_OUT: document });

const types = join(folder, 'schema.d.ts');
tool('openapi-typescript', document, '--output', types, '--alphabetize');

if (task === 'write') copyFileSync(types, TYPES);
if (task === 'release') writeFileSync(RELEASED, JSON.stringify(JSON.parse(readFileSync(document, 'utf8'))));
if (task === 'check') {
	tool('redocly', 'lint', document, '--config', join(HERE, 'redocly.yaml'), '--format', 'stylish');
	tool('spectral', 'lint', document, '--ruleset', join(HERE, 'spectral.yaml'), '--fail-severity', 'hint');
	const broken = existsSync(RELEASED)
		? breakingChanges(JSON.parse(readFileSync(RELEASED, 'utf8')), JSON.parse(readFileSync(document, 'utf8')))
		: [];
	for (const line of broken) console.error(`breaks callers of the last release: ${line}`);
	const isCurrent = readFileSync(types, 'utf8') === readFileSync(TYPES, 'utf8');
	if (!isCurrent) console.error('libs/client/src/schema.d.ts is not of this document: npm run openapi');
	if (broken.length > 0 || !isCurrent) process.exit(1);
	console.log('The document has no finding, breaks nobody, and the client has its types.');
}
