import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Behaviour } from './behaviour.js';
import type { CallLog, MockCall } from './call-log.js';
import type { Json } from './json.js';

/** The connection is no longer there, by the client's will or by a fault that was asked for. */
export class Gone extends Error {}

/** One request with its answer: bytes out at the behaviour's pace, and the ways to break off. */
export class Exchange {
	readonly #gone = new AbortController();

	constructor(
		readonly request: IncomingMessage,
		readonly response: ServerResponse,
		readonly log: CallLog,
		readonly call: MockCall,
	) {
		response.once('finish', () => log.end(call, 'finished'));
		response.once('close', () => {
			log.end(call, 'aborted');
			this.#gone.abort();
		});
		// A reset by the client surfaces here, too; 'close' says all there is to say.
		response.on('error', () => undefined);
	}

	/** Waits, but no longer than the client does. 0 returns at once, Infinity waits for the client to leave. */
	async pause(ms: number): Promise<void> {
		if (ms === 0 && !this.#gone.signal.aborted) return;
		try {
			// The longest timer there is: 24 days stand for ever.
			await sleep(Math.min(ms, 2 ** 31 - 1), undefined, { signal: this.#gone.signal });
		} catch {
			throw new Gone();
		}
	}

	head(status: number, headers: Record<string, string | number>): void {
		this.call.status = status;
		this.response.writeHead(status, headers);
		this.response.flushHeaders();
	}

	/** Resolves when the bytes are the operating system's; throws {@link Gone}. */
	async write(bytes: string | Buffer, behaviour?: Behaviour): Promise<void> {
		const size = behaviour === undefined ? 0 : behaviour.slowloris > 0 ? 1 : behaviour.splitBytes;
		if (size === 0 || behaviour === undefined) return this.#handOver(bytes);
		const buffer = Buffer.from(bytes as string);
		for (let at = 0; at < buffer.length; at += size) {
			await this.#handOver(buffer.subarray(at, at + size));
			await this.pause(behaviour.slowloris);
		}
	}

	async end(): Promise<void> {
		await this.#orGone((done) => this.response.end(() => done()));
	}

	async json(status: number, body: Json, headers: Record<string, string | number> = {}): Promise<void> {
		const bytes = Buffer.from(JSON.stringify(body));
		this.head(status, { 'content-type': 'application/json', 'content-length': bytes.length, ...headers });
		if (this.request.method !== 'HEAD') await this.write(bytes);
		await this.end();
	}

	/** RST. */
	reset(): never {
		this.log.end(this.call, 'reset');
		this.response.socket?.resetAndDestroy();
		throw new Gone();
	}

	/** FIN, with the HTTP body unfinished. */
	fin(): never {
		this.log.end(this.call, 'reset');
		this.response.socket?.destroySoon();
		throw new Gone();
	}

	async #handOver(bytes: string | Buffer): Promise<void> {
		await this.#orGone((done) => this.response.write(bytes, done));
	}

	/** Runs `start` until it calls back; throws {@link Gone} as soon as the connection is. */
	async #orGone(start: (done: (error?: Error | null) => void) => void): Promise<void> {
		const { signal } = this.#gone;
		if (signal.aborted) throw new Gone();
		return new Promise((resolve, reject) => {
			const leave = (): void => reject(new Gone());
			signal.addEventListener('abort', leave, { once: true });
			start((error) => {
				signal.removeEventListener('abort', leave);
				if (error) leave();
				else resolve();
			});
		});
	}
}
