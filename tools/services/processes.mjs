import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from './failure.mjs';

const linux = process.platform === 'linux';
const ps = (field, pid) =>
	spawnSync('ps', ['-o', `${field}=`, '-p', String(pid)], {
		encoding: 'utf8',
		env: { ...process.env, LC_ALL: 'C' },
	}).stdout?.trim() || undefined;
const read = (file) => {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return undefined;
	}
};

/** Fields after the command's name in /proc/<pid>/stat; the name may hold spaces and parentheses. */
const procStat = (pid) => {
	const text = read(`/proc/${pid}/stat`);
	return text?.slice(text.lastIndexOf(')') + 2).split(' ');
};

/**
 * When a process started, as an opaque text that no later process with the same number has; undefined when it has ended
 * (a zombie has ended). A pid alone proves nothing after a crash or a reboot.
 */
export function processStamp(pid) {
	if (!(pid > 0)) return undefined;
	if (!linux) return (ps('state', pid) ?? 'Z').startsWith('Z') ? undefined : ps('lstart', pid);
	const stat = procStat(pid);
	if (!stat || stat[0] === 'Z' || stat[0] === 'X') return undefined;
	return `${read('/proc/sys/kernel/random/boot_id')?.trim()}:${stat[19]}`;
}

/** Whether the number is taken, also by a zombie or by somebody else's process. */
export function exists(pid) {
	if (!(pid > 0)) return false;
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}

/** True while exactly this process lives. */
export const isSame = ({ pid, stamp } = {}) => Boolean(stamp) && processStamp(pid) === stamp;

/** The command line of a process, '' when it has none or has ended. */
export function commandLine(pid) {
	if (!linux) return ps('args', pid) ?? '';
	return (read(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim();
}

/** The parent's pid, 0 when unknown. */
export const parentOf = (pid) => Number((linux ? procStat(pid)?.[1] : ps('ppid', pid)) ?? 0);

/** The first of these programs in the given folders (default: PATH). */
export function which(name, folders = (process.env.PATH ?? '').split(delimiter)) {
	for (const folder of folders) {
		const path = join(folder, name);
		try {
			accessSync(path, constants.X_OK);
			return path;
		} catch {
			/* not here */
		}
	}
	return undefined;
}

/** Polls a condition; says whether it came true within the limit (milliseconds). Rejects when the signal aborts. */
export async function until(condition, limit, { every = 15, signal } = {}) {
	const end = performance.now() + limit;
	for (;;) {
		signal?.throwIfAborted();
		if (await condition()) return true;
		if (performance.now() > end) return false;
		await sleep(every);
	}
}

/** A signal to a child and everything it started (our children lead their own groups). False when it is gone. */
export function signalGroup(pid, signal) {
	try {
		process.kill(-pid, signal);
		return true;
	} catch {
		return false;
	}
}

/** Ends a process group: asks first, insists after `patience` milliseconds. */
export async function endGroup(pid, isAlive, { signal = 'SIGTERM', patience }) {
	signalGroup(pid, signal);
	if (await until(() => !isAlive(), patience)) return;
	signalGroup(pid, 'SIGKILL');
	await until(() => !isAlive(), 5000);
}

/**
 * Runs a program to its end without blocking signals. Resolves {code, stdout, stderr}; an abort ends its whole group
 * first and then rejects with the abort's reason.
 */
export async function run(command, args, { signal, onSpawn, stdin, limit = 1 << 20, ...options } = {}) {
	signal?.throwIfAborted();
	const child = spawn(command, args, {
		...options,
		detached: true,
		stdio: [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
	});
	const out = { stdout: '', stderr: '' };
	for (const name of ['stdout', 'stderr'])
		child[name].setEncoding('utf8').on('data', (text) => {
			out[name] = (out[name] + text).slice(-limit);
		});
	if (stdin) child.stdin.on('error', () => {}).end(stdin);
	let ended = false;
	const end = new Promise((done, fail) => {
		child.once('error', fail);
		child.once('close', (code, by) => done(code ?? by));
	}).finally(() => {
		ended = true;
	});
	if (child.pid) onSpawn?.(child, end);
	const stop = () => child.pid && void endGroup(child.pid, () => !ended, { patience: 2000 });
	signal?.addEventListener('abort', stop, { once: true });
	try {
		const code = await end;
		signal?.throwIfAborted();
		return { code, ...out };
	} catch (error) {
		signal?.throwIfAborted();
		if (error.code === 'ENOENT') throw new Failure(`${command} was not found`, `install it or add its folder to PATH`);
		throw error;
	} finally {
		signal?.removeEventListener('abort', stop);
	}
}
