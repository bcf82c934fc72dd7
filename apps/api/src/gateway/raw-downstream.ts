import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Downstream } from '#libs/gateway';
import type { ErrorReply } from '../edge/error-reply.js';

/** A client's side of a call, straight on the socket's response: Fastify has let go of it. */
export class RawDownstream implements Downstream {
	private readonly raw: FastifyReply['raw'];

	constructor(
		private readonly request: FastifyRequest,
		reply: FastifyReply,
		private readonly errors: ErrorReply,
	) {
		this.raw = reply.raw;
		reply.hijack();
	}

	start(status: number, headers: Readonly<Record<string, string>>): void {
		this.raw.writeHead(status, headers);
	}

	write(bytes: Buffer | string): boolean {
		return this.raw.write(bytes);
	}

	end(bytes?: Buffer | string): void {
		if (bytes === undefined) this.raw.end();
		else this.raw.end(bytes);
	}

	fail(error: unknown): void {
		if (this.raw.headersSent || this.raw.destroyed) return this.destroy();
		const { status, headers, body } = this.errors.answer(error, this.request);
		this.raw.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
	}

	destroy(): void {
		this.raw.destroy();
	}

	onGone(listener: () => void): void {
		if (this.raw.destroyed) return queueMicrotask(listener); // left while we got ready
		this.raw.once('close', () => {
			if (!this.raw.writableFinished) listener();
		});
	}

	onDrain(listener: () => void): void {
		this.raw.on('drain', listener);
	}
}
