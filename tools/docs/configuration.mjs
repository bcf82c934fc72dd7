// npm run docs:configuration: writes docs/configuration.md. From dist, since plain Node does not run our TypeScript.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { configurationPage, neededSettings } from './configuration-page.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGE = 'docs/configuration.md';

const { status } = spawnSync(process.execPath, ['tools/up/build.mjs', '--ensure'], {
	cwd: ROOT,
	stdio: ['ignore', 'inherit', 'inherit'],
});
if (status === 0) {
	const { Config, concerns } = await import('../../dist/libs/config/src/index.js');
	writeFileSync(resolve(ROOT, PAGE), configurationPage(concerns, neededSettings(Config)));
	console.log(`wrote ${PAGE}`);
} else process.exitCode = 1;
