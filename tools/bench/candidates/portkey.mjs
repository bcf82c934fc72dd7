import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BENCH, CANDIDATE_CORE, freePort, start } from '../processes.mjs';

const PACKAGE = join(BENCH, 'node_modules/@portkey-ai/gateway/package.json');

/** Installs the peers, from the committed lock, when they are not there. */
function install() {
	if (existsSync(PACKAGE)) return;
	process.stderr.write('installing the peers (npm ci --prefix tools/bench) …\n');
	execFileSync('npm', ['ci', '--prefix', BENCH, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
		stdio: ['ignore', 2, 2],
	});
}

/** @portkey-ai/gateway without its console, its streaming defect repaired: see portkey-patch.mjs. */
export const portkey = {
	name: 'portkey',
	/** undefined while it is not installed */
	version: () => (existsSync(PACKAGE) ? JSON.parse(readFileSync(PACKAGE, 'utf8')).version : undefined),
	async start({ upstreamPort }) {
		install();
		const port = await freePort();
		const args = [
			'--import',
			join(BENCH, 'candidates/portkey-patch.mjs'),
			join(BENCH, 'node_modules/@portkey-ai/gateway/build/start-server.js'),
			`--port=${port}`,
			'--headless',
		];
		const started = await start('portkey', { core: CANDIDATE_CORE, args, ready: `http://127.0.0.1:${port}/` });
		const headers = {
			authorization: 'Bearer bench',
			'x-portkey-provider': 'openai',
			'x-portkey-custom-host': `http://127.0.0.1:${upstreamPort}/v1`,
		};
		return { ...started, headers, prefix: '' };
	},
};
