import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { refusal } from './app-error-of.js';

type Done = (error: Error | null, body?: Buffer) => void;

/**
 * A content-type parser that hands on the bytes. A body of announced length is written where it stays, so that a large one
 * is in memory once; one above `limit` is refused without being read.
 */
export const collectBody =
	(limit: number) =>
	(request: FastifyRequest, payload: IncomingMessage, done: Done): void => {
		const announced = request.headers['content-length'];
		const length = announced === undefined ? undefined : Number(announced);
		if (length !== undefined && length > limit) return done(refusal(413) ?? null);
		const body = length === undefined ? new GrowingBody(limit) : new AnnouncedBody(length);
		const onData = (chunk: Buffer): void => {
			if (!body.add(chunk)) finish(refusal(413) ?? null);
		};
		const onEnd = (): void => finish(body.isWhole ? null : (refusal(400) ?? null));
		const onError = (error: Error): void => finish(refusal(400, error) ?? null);
		const finish = (error: Error | null): void => {
			payload.off('data', onData).off('end', onEnd).off('error', onError);
			if (error === null) done(null, body.bytes());
			else done(error);
		};
		payload.on('data', onData).on('end', onEnd).on('error', onError);
	};

class AnnouncedBody {
	private readonly buffer: Buffer;
	private filled = 0;

	/** Node lets no more than the announced bytes through. */
	constructor(length: number) {
		this.buffer = Buffer.allocUnsafe(length); // memory is taken as it fills, not as it is announced
	}
	add(chunk: Buffer): boolean {
		if (this.filled + chunk.length > this.buffer.length) return false;
		this.filled += chunk.copy(this.buffer, this.filled);
		return true;
	}
	get isWhole(): boolean {
		return this.filled === this.buffer.length;
	}
	bytes(): Buffer {
		return this.buffer;
	}
}

class GrowingBody {
	readonly isWhole = true;
	private readonly chunks: Buffer[] = [];
	private size = 0;

	constructor(private readonly limit: number) {}

	add(chunk: Buffer): boolean {
		this.size += chunk.length;
		this.chunks.push(chunk);
		return this.size <= this.limit;
	}
	bytes(): Buffer {
		return Buffer.concat(this.chunks, this.size);
	}
}
