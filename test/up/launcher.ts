import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '#libs/testing';
import { listens, processesWith } from './process-table.js';

const ROOT = resolve(import.meta.dirname, '../..');
const OURS =
	/^(DATABASE_|REDIS_|TEST_|BOOTSTRAP_|JWT_|KEY_PEPPER|ENCRYPTION_KEY|OLLAMA_|OPENAI_|ANTHROPIC_|SENTRY_|CONFIG_FILE|PORT$|HOST$|MANAGEMENT_PORT|PUBLIC_URL|LOG_|NODE_|JEST_|npm_(lifecycle|package)_)/;

/** What `npm run up -- --json` prints. */
export interface Ready {
	readonly url: string;
	readonly managementUrl: string;
	readonly adminEmail: string;
	readonly adminPassword: string;
	readonly apiKey: string;
	readonly databaseUrl: string;
	readonly redisUrl: string;
}

/** `npm run up` on a DATA_DIR of its own, and an eye on everything that it starts. */
export class Launcher {
	readonly dataDir = mkdtempSync(join(tmpdir(), 'parallama-up-'));
	readonly #mark = `launcher-${randomUUID()}`;
	readonly #started: ChildProcess[] = [];
	#ports: number[] = [];
	stdout = '';
	stderr = '';

	#environment(changes: Record<string, string>): Record<string, string | undefined> {
		const kept = Object.entries(process.env).filter(([name]) => !OURS.test(name));
		const own = { DATA_DIR: this.dataDir, PORT: '0', MANAGEMENT_PORT: '0', ECHO_PROVIDER: 'on', LAUNCHER: this.#mark };
		return { ...Object.fromEntries(kept), OLLAMA_URL: 'http://127.0.0.1:9', ...own, ...changes };
	}

	/** Starts it; settles when it is ready. */
	async start(changes: Record<string, string> = {}): Promise<Ready> {
		const npm = this.#spawn(changes);
		const line = await eventually(() => {
			if (npm.exitCode !== null) throw new Error(`it ended with ${npm.exitCode}:\n${this.stderr}`);
			return this.stdout.split('\n').find((text) => text.startsWith('{') && text.endsWith('}'));
		}, 50_000);
		const ready = JSON.parse(line) as Ready;
		const { url, managementUrl, databaseUrl, redisUrl } = ready;
		this.#ports = [url, managementUrl, databaseUrl, redisUrl].map((text) => Number(new URL(text).port));
		return ready;
	}

	/** Starts it where it cannot succeed; settles with npm's exit code. */
	async fail(changes: Record<string, string>): Promise<number> {
		const [code] = (await once(this.#spawn(changes), 'close')) as [number];
		return code;
	}

	#spawn(changes: Record<string, string>): ChildProcess {
		this.stdout = '';
		this.stderr = '';
		const npm = spawn('npm', ['run', 'up', '--', '--json'], { cwd: ROOT, env: this.#environment(changes) });
		npm.stdout.setEncoding('utf8').on('data', (text: string) => {
			this.stdout += text;
		});
		npm.stderr.setEncoding('utf8').on('data', (text: string) => {
			this.stderr += text;
		});
		this.#started.push(npm);
		return npm;
	}

	/** SIGTERM to npm itself, which does not pass it on. */
	async terminateNpm(): Promise<void> {
		const running = this.#started.filter((npm) => npm.exitCode === null && npm.signalCode === null);
		await Promise.all(
			running.map((npm) => {
				npm.kill('SIGTERM');
				return once(npm, 'exit');
			}),
		);
	}

	/** What is there of processes and listeners that it started. */
	async remains(): Promise<{ processes: string[]; ports: number[] }> {
		const texts = [this.#mark, this.dataDir, ...(await this.#servicesFolder())];
		const open = await Promise.all(this.#ports.map((port) => listens(port)));
		return {
			processes: processesWith(texts).map(({ pid, text }) => `${pid} ${text.slice(0, 120)}`),
			ports: this.#ports.filter((_, at) => open[at]),
		};
	}

	/** Waits until nothing remains. */
	async gone(): Promise<void> {
		await eventually(async () => {
			const { processes, ports } = await this.remains();
			return processes.length + ports.length === 0 ? true : undefined;
		}, 20_000);
	}

	async #servicesFolder(): Promise<string[]> {
		const { dir } = this.services('status') as { dir?: string };
		return dir === undefined ? [] : [dir];
	}

	/** `npm run services` for this DATA_DIR. */
	services(command: 'status' | 'remove'): unknown {
		const env = this.#environment({ LAUNCHER: 'another' });
		const { stdout } = spawnSync(process.execPath, ['tools/services.mjs', command], {
			cwd: ROOT,
			env,
			encoding: 'utf8',
		});
		return stdout === '' ? undefined : JSON.parse(stdout);
	}

	/** Stops it and deletes its data. */
	async destroy(): Promise<void> {
		await this.terminateNpm();
		await this.gone();
		this.services('remove');
		rmSync(this.dataDir, { recursive: true, force: true });
	}
}
