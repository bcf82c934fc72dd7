// A container engine: the one that runs on this machine, else one of our own that ends with the run.
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../services/failure.mjs';
import { isRoot, ownFolder, sharedPath } from '../services/layout.mjs';
import { run, until, which } from '../services/processes.mjs';

const START_MS = 60_000;

/** True when an engine answers a client with these variables. */
const answers = async (env) => (await run('docker', ['version'], { env: { ...process.env, ...env } })).code === 0;

/**
 * `env` is what docker and docker-compose have to be started with; `stop` ends what was started here.
 * Its images stay in /var/tmp for the next run.
 */
export async function startEngine() {
	if (!which('docker')) throw new Failure('there is no docker', 'install the packages of tools/ci/packages.txt');
	if (await answers({})) return { env: {}, stop: async () => {} };
	if (!which('dockerd') || !isRoot)
		throw new Failure(
			'no container engine answers, and none can be started here',
			'start one, or as root install the packages of tools/ci/packages.txt',
		);
	const folder = ownFolder(sharedPath('engine'));
	const socket = `unix://${join(folder, 'socket')}`;
	const log = openSync(join(folder, 'log'), 'w');
	const roots = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')];
	const args = [...roots, '--host', socket, '--pidfile', join(folder, 'pid')];
	const child = spawn('dockerd', args, { stdio: ['ignore', log, log] });
	const ended = new Promise((resolve) => child.once('close', resolve));
	const stop = async () => {
		child.kill('SIGTERM');
		await ended;
	};
	const env = { DOCKER_HOST: socket };
	const isReady = await until(async () => child.exitCode !== null || (await answers(env)), START_MS, { every: 200 });
	if (isReady && child.exitCode === null) return { env, stop };
	await stop();
	throw new Failure('the container engine did not start', `read ${join(folder, 'log')}`);
}
