import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { demand, type Principal } from '#libs/access';
import type { InboundCall } from '#libs/gateway';
import { AppError } from '#libs/kernel';
import { Authenticator } from '../edge/authenticator.js';

/** Does something for a caller once more when what was cached of the caller has turned out not to hold any more. */
@Injectable()
export class FreshCaller {
	constructor(private readonly authenticator: Authenticator) {}

	/** @throws AppError of the second try; unauthenticated when the caller was revoked */
	async run<Result>(
		request: FastifyRequest,
		call: InboundCall,
		work: (call: InboundCall) => Promise<Result>,
	): Promise<Result> {
		try {
			return await work(call);
		} catch (error) {
			if (!(error instanceof AppError) || error.code !== 'stale_credential') throw error;
			return work({ ...call, principal: await this.freshPrincipal(request) });
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
