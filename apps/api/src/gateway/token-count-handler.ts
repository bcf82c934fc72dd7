import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { anthropicCountTokens, readCall, TokenCounter } from '#libs/gateway';
import { rawCallOf } from './raw-call.js';

/** Answers how many tokens a prompt has, and says so when that is an estimate. */
@Injectable()
export class TokenCountHandler {
	constructor(private readonly counter: TokenCounter) {}

	async handle(request: FastifyRequest, reply: FastifyReply): Promise<object> {
		const { tokens, isEstimate } = await this.counter.count(readCall(rawCallOf(request, anthropicCountTokens)));
		if (isEstimate) void reply.header('x-parallama-estimate', 'true');
		return { input_tokens: tokens };
	}
}
