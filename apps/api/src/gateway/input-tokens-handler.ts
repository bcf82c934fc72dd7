import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { estimatedResponseTokens, Gateway, openAiResponses, readCall } from '#libs/gateway';
import { rawCallOf } from './raw-call.js';

/** Says about how many tokens a response's input has, of any model that the caller may use. */
@Injectable()
export class InputTokensHandler {
	constructor(private readonly gateway: Gateway) {}

	async handle(request: FastifyRequest, reply: FastifyReply): Promise<object> {
		const call = readCall(rawCallOf(request, openAiResponses));
		await this.gateway.planOf(call);
		void reply.header('x-parallama-estimate', 'true');
		return { object: 'response.input_tokens', input_tokens: estimatedResponseTokens(call.scanned.value) };
	}
}
