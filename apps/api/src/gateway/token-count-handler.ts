import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { anthropicCountTokens, TokenCounter } from '#libs/gateway';
import { CountedRequest } from './counted-request.js';

/** Answers how many tokens a prompt has, and says so when that is an estimate. */
@Injectable()
export class TokenCountHandler {
	constructor(
		private readonly counter: TokenCounter,
		private readonly requests: CountedRequest,
	) {}

	async handle(request: FastifyRequest, reply: FastifyReply): Promise<object> {
		const call = await this.requests.take(request, reply, anthropicCountTokens);
		const { tokens, isEstimate } = await this.counter.count(call);
		if (isEstimate) void reply.header('x-parallama-estimate', 'true');
		return { input_tokens: tokens };
	}
}
