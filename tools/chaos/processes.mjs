// The processes under test: started, killed, started again; what they say goes to one log file.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { ROOT } from '../services/layout.mjs';
import { run, until } from '../services/processes.mjs';
import { baseEnvironment, nodeProgram } from '../up/product.mjs';

const node = nodeProgram();
const tail = (file) => readFileSync(file, 'utf8').split('\n').slice(-15).join('\n');

/** A program of ours that can be killed and started again under the same name. */
export class Program {
	#child;

	constructor({ name, args, env, log, ready }) {
		Object.assign(this, { name, args, env, log, ready });
	}

	/** Resolves once `ready()` is true. */
	async start() {
		const out = openSync(this.log, 'a', 0o600);
		const child = spawn(node, ['--enable-source-maps', ...this.args], {
			cwd: ROOT,
			env: { ...baseEnvironment(), ...this.env },
			stdio: ['ignore', this.stdout ?? out, out],
		});
		closeSync(out);
		this.#child = child;
		const ended = () => child.exitCode !== null || child.signalCode !== null;
		await until(async () => ended() || (await this.ready()), 30_000, { every: 25 });
		if (ended() || !(await this.ready())) throw new Error(`${this.name} did not become ready:\n${tail(this.log)}`);
	}

	get pid() {
		return this.#child.pid;
	}

	/** No last words. */
	async kill() {
		const child = this.#child;
		child.kill('SIGKILL');
		await until(() => child.signalCode !== null, 5_000);
	}

	/** Asks it to end. Resolves its exit code. */
	async stop() {
		const child = this.#child;
		if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? 0;
		child.kill('SIGTERM');
		if (!(await until(() => child.exitCode !== null || child.signalCode !== null, 20_000))) child.kill('SIGKILL');
		return child.exitCode ?? 1;
	}
}

/** Whether a probe answers 200. */
export const answers = async (url) => {
	try {
		return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok;
	} catch {
		return false;
	}
};

/** Runs a command of the CLI; returns the object that it prints. */
export async function cli(args, env) {
	const { code, stdout, stderr } = await run(node, ['dist/apps/cli/src/main.js', ...args, '--json'], {
		cwd: ROOT,
		env: { ...baseEnvironment(), ...env },
	});
	if (code !== 0) throw new Error(`parallama ${args.join(' ')} ended with ${code}: ${stderr}`);
	return JSON.parse(stdout.split('\n').find((line) => line.startsWith('{')) ?? stdout);
}
