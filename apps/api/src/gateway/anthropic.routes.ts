import { Injectable } from '@nestjs/common';
import { anthropicMessages } from '#libs/gateway';
import { listForAnthropic, oneForAnthropic } from './anthropic-models.js';
import {
	AnthropicMessage,
	AnthropicMessageRequest,
	AnthropicModel,
	AnthropicModelList,
	AnthropicTokenCount,
	AnthropicTokenCountRequest,
} from './anthropic.schemas.js';
import { CallHandler } from './call-handler.js';
import type { DialectRoute } from './dialect-route.js';
import { ModelLists } from './model-lists.js';
import { TokenCountHandler } from './token-count-handler.js';

const anthropic = { prefixes: ['/anthropic/v1', '/v1'], tag: 'Anthropic dialect' } as const;
/** `/v1/models` is shared with OpenAI's clients, whose routes tell the two apart. */
const models = { ...anthropic, prefixes: ['/anthropic/v1'] } as const;

@Injectable()
export class AnthropicRoutes {
	readonly routes: readonly DialectRoute[];

	constructor(calls: CallHandler, counts: TokenCountHandler, lists: ModelLists) {
		this.routes = [
			{
				...anthropic,
				method: 'POST',
				path: '/messages',
				requires: 'models:use',
				summary: 'Answer a conversation, at once or as a stream of server-sent events',
				body: AnthropicMessageRequest,
				response: AnthropicMessage,
				streamType: 'text/event-stream',
				handle: calls.of(anthropicMessages),
			},
			{
				...anthropic,
				method: 'POST',
				path: '/messages/count_tokens',
				requires: 'models:use',
				summary: 'Count the tokens of a prompt; x-parallama-estimate: true says that the upstream cannot',
				body: AnthropicTokenCountRequest,
				response: AnthropicTokenCount,
				handle: (request, reply) => counts.handle(request, reply),
			},
			{
				...models,
				method: 'GET',
				path: '/models',
				requires: 'models:read',
				summary: 'The models that can be called',
				response: AnthropicModelList,
				handle: (request) => listForAnthropic(lists, request),
			},
			{
				...models,
				method: 'GET',
				path: '/models/*', // ids contain "/" and ":", and proxies decode %2F
				requires: 'models:read',
				summary: 'One model',
				response: AnthropicModel,
				handle: (request) => oneForAnthropic(lists, request),
			},
		];
	}
}
