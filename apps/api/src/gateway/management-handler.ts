import { Readable, Transform } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '#libs/config';
import { ModelManagement, type Verb } from '#libs/gateway';
import { AppError, type Scope } from '#libs/kernel';
import { allowSlowRequest } from '../edge/client-errors.js';
import { ErrorReply } from '../edge/error-reply.js';
import { RawDownstream } from './raw-downstream.js';

/** A client that sends nothing of its file for so long is given up. */
const STALLED_UPLOAD_MS = 60_000;

/** Takes requests that change models over from Fastify. */
@Injectable()
export class ManagementHandler {
	private readonly limit: number;

	constructor(
		config: Config,
		private readonly management: ModelManagement,
		private readonly errors: ErrorReply,
	) {
		this.limit = config.http.BLOB_LIMIT_BYTES;
	}

	/** For a route: `handle` of a verb. */
	of(verb: Verb): (request: FastifyRequest, reply: FastifyReply) => void {
		return (request, reply) => {
			const down = new RawDownstream(request, reply, this.errors);
			const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
			this.management.run(request.scope as Scope, verb, body, down).catch((error: unknown) => down.fail(error));
		};
	}

	async has(request: FastifyRequest, reply: FastifyReply): Promise<void> {
		const isThere = await this.management.has(request.scope as Scope, digestOf(request));
		await reply.code(isThere ? 200 : 404).send();
	}

	upload(request: FastifyRequest, reply: FastifyReply): void {
		const down = new RawDownstream(request, reply, this.errors);
		const length = request.headers['content-length'];
		if (Number(length ?? 0) > this.limit) return down.fail(tooLarge());
		allowSlowRequest(request.raw.socket, reply.raw);
		// without any body Fastify asks no parser
		const source = request.body instanceof Readable ? request.body : Readable.from([]);
		const body = new Arriving(source, this.limit);
		this.management
			.upload(request.scope as Scope, { digest: digestOf(request), body, length }, down)
			.catch((error: unknown) => down.fail(error))
			.finally(() => body.destroy());
	}
}

const digestOf = ({ params }: FastifyRequest): string => (params as { digest: string }).digest;

const tooLarge = (): AppError => new AppError('too_large', 'body_too_large', 'The body is larger than allowed');

/** Bytes as they come: counted, and given up when they stop coming. What is not wanted any more is read and dropped. */
class Arriving extends Transform {
	private size = 0;
	private readonly patience = setTimeout(
		() => this.destroy(new AppError('invalid', 'request_timeout', 'The request took too long to arrive')),
		STALLED_UPLOAD_MS,
	);

	constructor(
		source: Readable,
		private readonly limit: number,
	) {
		super();
		this.on('error', () => undefined); // its reader is told, if there is one yet
		source.once('error', (error) => this.destroy(error)).pipe(this);
		this.once('close', () => {
			clearTimeout(this.patience);
			source.unpipe(this);
			source.resume();
		});
	}

	override _transform(chunk: Buffer, _: BufferEncoding, done: (error: Error | null, chunk?: Buffer) => void): void {
		this.patience.refresh();
		this.size += chunk.length;
		if (this.size > this.limit) done(tooLarge());
		else done(null, chunk);
	}
}
