import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Downstream } from '#libs/gateway';
import type { ErrorReply } from '../edge/error-reply.js';
import { standardHeaders } from '../edge/standard-headers.js';

/** Up to here an answer is cheaper as one string behind its headers than as a second buffer (one write instead of a writev). */
const ONE_WRITE_BYTES = 16_384;

/** A client's side of a call, straight on the socket's response: Fastify has let go of it. */
export class RawDownstream implements Downstream {
	private readonly raw: FastifyReply['raw'];
	private drained: (() => void) | undefined;
	private hasWritten = false;

	constructor(
		private readonly request: FastifyRequest,
		reply: FastifyReply,
		private readonly errors: ErrorReply,
	) {
		this.raw = reply.raw;
		reply.hijack();
	}

	/** One flat list: the cheapest that Node takes. */
	start(status: number, headers: Readonly<Record<string, string>>): void {
		const all = standardHeaders(this.request.id, this.request.isReachedSecurely);
		if (headers['cache-control'] === undefined) all.push('cache-control', 'no-store');
		for (const name in headers) all.push(name, headers[name] as string);
		this.raw.writeHead(status, all);
	}

	write(bytes: Buffer | string): boolean {
		this.hasWritten = true;
		const keepsUp = this.raw.write(bytes);
		if (!keepsUp && this.drained !== undefined) this.raw.once('drain', this.drained);
		return keepsUp;
	}

	end(bytes?: Buffer | string): void {
		if (bytes === undefined) this.raw.end();
		else if (this.hasWritten || typeof bytes === 'string' || bytes.length > ONE_WRITE_BYTES) this.raw.end(bytes);
		else this.raw.end(bytes.toString('latin1'), 'latin1');
	}

	fail(error: unknown): void {
		if (this.raw.headersSent || this.raw.destroyed) return this.destroy();
		const { status, headers, body } = this.errors.answer(error, this.request);
		this.start(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) });
		this.raw.end(body);
	}

	destroy(): void {
		this.raw.destroy();
	}

	onGone(listener: () => void): void {
		if (this.raw.destroyed) return queueMicrotask(listener); // left while we got ready
		this.request.onGone = listener;
	}

	onDrain(listener: () => void): void {
		this.drained = listener;
		if (this.raw.writableNeedDrain) this.raw.once('drain', listener);
	}
}
