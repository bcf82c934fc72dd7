import { spawn } from 'node:child_process';
import { Failure } from '../services/failure.mjs';
import { ROOT } from '../services/layout.mjs';
import { endGroup, processStamp, run, signalGroup } from '../services/processes.mjs';

const lastLines = (text, count = 12) => text.trimEnd().split('\n').slice(-count).join('\n');

/** Starts every child process of this launcher, keeps record of them and ends them. */
export class Supervisor {
	#children = new Map();
	#record;
	#signal;

	/** @param record called with [{name, pid, stamp}] whenever that changes; @param signal ends what runs to its end */
	constructor(record, signal) {
		this.#record = record;
		this.#signal = signal;
	}

	#track(name, child, ended) {
		this.#children.set(child.pid, { name, pid: child.pid, stamp: processStamp(child.pid) });
		this.#record([...this.#children.values()]);
		const drop = () => {
			this.#children.delete(child.pid);
			this.#record([...this.#children.values()]);
		};
		void ended.then(drop, drop);
	}

	/** Runs a program to its end and returns its output; a failure names the step and shows its last words. */
	async run(name, command, args, { remedy, explain, ...options } = {}) {
		const onSpawn = (child, ended) => this.#track(name, child, ended);
		const result = await run(command, args, { cwd: ROOT, signal: this.#signal, onSpawn, ...options });
		if (result.code === 0) return result;
		const said = lastLines(result.stderr || result.stdout) || `no message, exit code ${result.code}`;
		throw explain?.(result) ?? new Failure(`${name} failed: ${said}`, remedy);
	}

	/** Starts a program that stays. What it says goes to our stderr. `lost(failure)` is called when it ends. */
	start(name, command, args, { env, lost }) {
		const child = spawn(command, args, { cwd: ROOT, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
		let said = '';
		child.stdout.pipe(process.stderr, { end: false });
		child.stderr.on('data', (data) => {
			said = (said + data).slice(-8192);
			process.stderr.write(data);
		});
		const ended = new Promise((done) => {
			child.once('error', (error) => done(error.message));
			child.once('close', (code, by) => done(code === null ? by : `exit code ${code}`));
		});
		void ended.then((how) => lost(Object.assign(new Failure(`${name} ended (${how})\n${indent(said)}`), { said })));
		if (child.pid) this.#track(name, child, ended);
		return { name, pid: child.pid, ended };
	}

	/** Asks a started program to end, insists after `patience` milliseconds. */
	async stop({ pid, ended }, patience) {
		let over = false;
		void ended.finally(() => {
			over = true;
		});
		if (pid) await endGroup(pid, () => !over, { patience });
		await ended;
	}

	/** For the impatient: at once. */
	kill() {
		for (const pid of this.#children.keys()) signalGroup(pid, 'SIGKILL');
	}
}

const indent = (text) => lastLines(text).replace(/^/gm, '  | ');
