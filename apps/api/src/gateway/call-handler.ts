import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { demand, type Principal } from '#libs/access';
import { type ClientOperation, Gateway, readCall } from '#libs/gateway';
import { AppError } from '#libs/kernel';
import { Authenticator } from '../edge/authenticator.js';
import { ErrorReply } from '../edge/error-reply.js';
import { rawCallOf } from './raw-call.js';
import { RawDownstream } from './raw-downstream.js';

/** Takes a dialect's request over from Fastify and gives it to the pipeline. */
@Injectable()
export class CallHandler {
	constructor(
		private readonly gateway: Gateway,
		private readonly authenticator: Authenticator,
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
		const call = readCall(rawCallOf(request, operation));
		try {
			await this.gateway.handle(call, down);
		} catch (error) {
			if (!(error instanceof AppError) || error.code !== 'stale_credential') throw error;
			await this.gateway.handle({ ...call, principal: await this.freshPrincipal(request) }, down);
		}
	}

	/** The cached caller was changed or revoked: PostgreSQL knows what still holds. */
	private async freshPrincipal(request: FastifyRequest): Promise<Principal> {
		this.authenticator.forget(request.headers);
		const principal = await this.authenticator.authenticate(request);
		demand(principal, 'models:use');
		return principal;
	}
}
