import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '#libs/testing';
import { freePort } from '../../apps/api/test/support/api-process.js';
import { noiseModel } from '../../tools/system/gguf.mjs';

const NOBODY = '65534:65534';

/** The real inference engine on a model of noise; unprivileged, in the folder that `npm run test:system` has made. */
export class LlamaServer {
	private output = '';

	private constructor(
		readonly url: string,
		private readonly child: ChildProcess,
		private readonly model: string,
	) {
		for (const stream of [child.stdout, child.stderr])
			stream?.on('data', (bytes) => {
				this.output = (this.output + String(bytes)).slice(-20_000);
			});
	}

	/** Resolves when it answers; `flags` are llama-server's own. */
	static async start(root: string, ...flags: string[]): Promise<LlamaServer> {
		const file = `noise-${randomBytes(4).toString('hex')}.gguf`;
		const model = join(root, 'srv', file);
		writeFileSync(model, noiseModel(), { mode: 0o644 });
		const port = await freePort();
		const listen = ['--host', '127.0.0.1', '--port', String(port)];
		const args = ['-m', `/srv/${file}`, ...listen, '--ctx-size', '2048', '--threads', '1', '--no-webui', ...flags];
		const child = spawn('chroot', [`--userspec=${NOBODY}`, root, 'llama-server', ...args], {
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		const server = new LlamaServer(`http://127.0.0.1:${port}`, child, model);
		await eventually(() => server.isReady(), 30_000);
		return server;
	}

	private async isReady(): Promise<true | undefined> {
		const { child, output, url } = this;
		if (child.exitCode !== null) throw new Error(`llama-server ended with ${child.exitCode}: ${output}`);
		const health = await fetch(`${url}/health`).catch(() => undefined);
		return health?.ok === true ? true : undefined;
	}

	async stop(): Promise<void> {
		const { child } = this;
		child.kill('SIGKILL');
		await eventually(() => (child.exitCode === null && child.signalCode === null ? undefined : true));
		rmSync(this.model, { force: true });
	}
}
