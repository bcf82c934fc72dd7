import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ClientOperation, Gateway, readCall } from '#libs/gateway';
import { ErrorReply } from '../edge/error-reply.js';
import { FreshCaller } from './fresh-caller.js';
import { rawCallOf } from './raw-call.js';
import { RawDownstream } from './raw-downstream.js';

/** Takes a dialect's request over from Fastify and gives it to the pipeline. */
@Injectable()
export class CallHandler {
	constructor(
		private readonly gateway: Gateway,
		private readonly callers: FreshCaller,
		private readonly errors: ErrorReply,
	) {}

	/** For a route: `handle` of a dialect's operation. */
	of(operation: ClientOperation): (request: FastifyRequest, reply: FastifyReply) => void {
		return (request, reply) => {
			const down = new RawDownstream(request, reply, this.errors);
			this.run(request, operation, down).catch((error: unknown) => down.fail(error));
		};
	}

	private async run(request: FastifyRequest, operation: ClientOperation, down: RawDownstream): Promise<void> {
		await this.callers.run(request, readCall(rawCallOf(request, operation)), (call) => this.gateway.handle(call, down));
	}
}
