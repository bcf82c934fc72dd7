import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ClientOperation, Gateway, type InboundCall, rateHeaders, readCall } from '#libs/gateway';
import { FreshCaller } from './fresh-caller.js';
import { rawCallOf } from './raw-call.js';

/** Requests about a model that are no calls: they count as requests, and reach nothing when a limit is reached. */
@Injectable()
export class CountedRequest {
	constructor(
		private readonly gateway: Gateway,
		private readonly callers: FreshCaller,
	) {}

	/** The request as a call of `operation`; tells what is left of its limits. @throws AppError as `Gateway.count` */
	async take(request: FastifyRequest, reply: FastifyReply, operation: ClientOperation): Promise<InboundCall> {
		return this.callers.run(request, readCall(rawCallOf(request, operation)), async (call) => {
			void reply.headers(rateHeaders(operation.dialect, await this.gateway.count(call)));
			return call;
		});
	}
}
