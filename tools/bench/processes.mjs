// Starts, pins and stops the processes of the benchmark. Only what was started here is ever stopped.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
export const BENCH = import.meta.dirname;
/** The Node of the product, where it is installed. */
export const NODE = [join(ROOT, 'node_modules/.bin/node')].find(existsSync) ?? process.execPath;
export const CANDIDATE_CORE = 0;
export const LOAD_CORE = 1;
export const LOGS = join(tmpdir(), `parallama-bench-${process.pid}`);

/** Everything that this process starts from now on runs on the load's core, unless it is pinned elsewhere. */
export function pinSelf() {
	try {
		execFileSync('taskset', ['-cp', String(LOAD_CORE), String(process.pid)], { stdio: 'ignore' });
	} catch {
		throw new Error(
			'taskset is missing (Debian package util-linux): without a core of its own a candidate cannot be measured',
		);
	}
}

export async function freePort() {
	const server = createServer();
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	const { port } = server.address();
	await new Promise((done) => server.close(done));
	return port;
}

const running = new Set();
let stopping = false;
/** Somebody wants the run to end: what fails now fails because of that. */
export const isStopping = () => stopping;

/**
 * Starts a program on a core. With `ready` 'line' it is ready when it printed a line of JSON, whose `port` counts; with a
 * URL when that answers with success. Its output goes to a file in LOGS.
 */
export async function start(name, { core, args, env = {}, ready = 'line', ipc = false, command = NODE }) {
	if (stopping) throw new Error('stopped');
	mkdirSync(LOGS, { recursive: true });
	const file = join(LOGS, `${name}.log`);
	const log = openSync(file, 'a');
	const child = spawn('taskset', ['-c', String(core), command, ...args], {
		cwd: ROOT,
		env: { ...process.env, NODE_ENV: 'production', ...env },
		stdio: ['ignore', ready === 'line' ? 'pipe' : log, log, ...(ipc ? ['ipc'] : [])],
	});
	running.add(child);
	const ended = new Promise((_, reject) => {
		child.once('error', reject);
		child.once('exit', (code, signal) => {
			running.delete(child);
			reject(new Error(`${name} ended (${code ?? signal}); its log:\n${endOf(file)}`));
		});
	});
	ended.catch(() => undefined);
	const port = ipc ? 0 : await Promise.race([ended, ready === 'line' ? firstLine(child) : untilAnswered(ready)]);
	return { name, child, pid: child.pid, port };
}

/** The last of a log; nothing of one that was cleared away while its process ended. */
function endOf(file) {
	return existsSync(file) ? readFileSync(file, 'utf8').slice(-2_000) : '';
}

function firstLine(child) {
	return new Promise((done) => {
		let text = '';
		child.stdout.on('data', (data) => {
			text += data;
			const line = text.split('\n').find((candidate) => candidate.startsWith('{'));
			if (line !== undefined && text.includes('\n')) done(JSON.parse(line).port);
		});
	});
}

async function untilAnswered(url) {
	for (;;) {
		const answered = await fetch(url).then(
			async (response) => (await response.arrayBuffer(), response.ok),
			() => false,
		);
		if (answered) return Number(new URL(url).port);
		await new Promise((done) => setTimeout(done, 50));
	}
}

export async function stop({ child }) {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const exited = new Promise((done) => child.once('exit', done));
	child.kill('SIGTERM');
	const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
	await exited;
	clearTimeout(timer);
}

/** For an orderly end and for an interrupted one. */
export async function stopAll() {
	stopping = true;
	await Promise.all([...running].map((child) => stop({ child })));
}
