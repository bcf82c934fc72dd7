import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { estimatedResponseTokens, openAiResponses } from '#libs/gateway';
import { CountedRequest } from './counted-request.js';

/** Says about how many tokens a response's input has, of any model that the caller may use. */
@Injectable()
export class InputTokensHandler {
	constructor(private readonly requests: CountedRequest) {}

	async handle(request: FastifyRequest, reply: FastifyReply): Promise<object> {
		const call = await this.requests.take(request, reply, openAiResponses);
		void reply.header('x-parallama-estimate', 'true');
		return { object: 'response.input_tokens', input_tokens: estimatedResponseTokens(call.scanned.value) };
	}
}
