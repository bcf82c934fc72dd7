// npm run docs:configuration: writes docs/configuration.md. Builds first, since plain Node runs no TypeScript with imports.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { configurationPage, neededSettings } from './configuration-page.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGE = 'docs/configuration.md';

const { status } = spawnSync('npm', ['run', '-s', 'build'], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
if (status === 0) {
	const { Config, concerns } = await import('../../dist/libs/config/src/index.js');
	writeFileSync(resolve(ROOT, PAGE), configurationPage(concerns, neededSettings(Config)));
	console.log(`wrote ${PAGE}`);
} else process.exitCode = 1;
