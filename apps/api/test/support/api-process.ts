import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { eventually, testEnvironment } from '#libs/testing';

const SOURCE = join(import.meta.dirname, '../../../../dist/apps/api/src');

/** Throws where no request handler would catch it, when the process gets SIGUSR2. */
export const faults = {
	'a timer': `setTimeout(() => { throw new Error('injected') }, 1)`,
	'a stream callback': `require('node:stream').Readable.from(['x']).on('data', () => { throw new Error('injected') })`,
	'a promise that nobody awaits': `Promise.reject(new Error('injected'))`,
} as const;

/** The built api as a process of its own, as it runs in production. */
export class ApiProcess {
	output = '';
	private readonly child: ChildProcess;

	constructor(overrides: Record<string, string> = {}, fault = '') {
		const preload = `import { createRequire } from 'node:module'; const require = createRequire('/'); process.on('SIGUSR2', () => { ${fault} })`;
		const { PATH = '' } = process.env;
		this.child = spawn(
			process.execPath,
			[
				'--enable-source-maps',
				...(fault === '' ? [] : ['--import', `data:text/javascript,${encodeURIComponent(preload)}`]),
				'--import',
				join(SOURCE, 'instrument.js'),
				join(SOURCE, 'main.js'),
			],
			{ env: { PATH, ...testEnvironment({ LOG_LEVEL: 'info', ...overrides }) }, stdio: ['ignore', 'pipe', 'pipe'] },
		);
		for (const stream of [this.child.stdout, this.child.stderr])
			stream?.on('data', (bytes) => {
				this.output += String(bytes);
			});
	}

	/** Resolves with the URLs when it is ready. */
	async ready(): Promise<{ url: string; management: string }> {
		const found = await eventually(
			() => /"port":(\d+),"managementPort":(\d+),"msg":"api is ready"/.exec(this.output) ?? this.hasEnded(),
			30_000,
		);
		return { url: `http://127.0.0.1:${found[1]}`, management: `http://127.0.0.1:${found[2]}` };
	}

	signal(name: NodeJS.Signals): void {
		this.child.kill(name);
	}

	async exitCode(): Promise<number | null> {
		const { child } = this;
		await eventually(() => (child.exitCode === null && child.signalCode === null ? undefined : true), 30_000);
		return child.exitCode;
	}

	stop(): void {
		this.child.kill('SIGKILL');
	}

	private hasEnded(): undefined {
		if (this.child.exitCode !== null) throw new Error(`the api ended with ${this.child.exitCode}: ${this.output}`);
		return undefined;
	}
}

/** A free management port, so that it is known before the api is ready. */
export async function freePort(): Promise<number> {
	const { createServer } = await import('node:net');
	const server = createServer();
	const port = await new Promise<number>((resolve) => {
		server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
	});
	await new Promise((resolve) => server.close(resolve));
	return port;
}
