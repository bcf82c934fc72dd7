import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { openAiChat, openAiCompletions, openAiEmbeddings, openAiResponses } from '#libs/gateway';
import type { Scope } from '#libs/kernel';
import { AnthropicModel, AnthropicModelList } from './anthropic.schemas.js';
import { listForAnthropic, oneForAnthropic, restOf, speaksAnthropic } from './anthropic-models.js';
import { CallHandler } from './call-handler.js';
import type { DialectRoute } from './dialect-route.js';
import { InputTokensHandler } from './input-tokens-handler.js';
import { ModelLists } from './model-lists.js';
import { moderated } from './moderation.js';
import { OpenAiInputTokens, OpenAiResponse, OpenAiResponseRequest } from './openai-responses.schemas.js';
import {
	OpenAiChatCompletion,
	OpenAiChatRequest,
	OpenAiCompletion,
	OpenAiCompletionRequest,
	OpenAiEmbeddings,
	OpenAiEmbeddingsRequest,
	OpenAiModel,
	OpenAiModelList,
	OpenAiModeration,
	OpenAiModerationRequest,
} from './openai.schemas.js';

const openai = { prefixes: ['/openai/v1', '/v1'], tag: 'OpenAI dialect' } as const;

@Injectable()
export class OpenAiRoutes {
	readonly routes: readonly DialectRoute[];

	constructor(calls: CallHandler, lists: ModelLists, counts: InputTokensHandler) {
		this.routes = [
			{
				...openai,
				method: 'POST',
				path: '/chat/completions',
				requires: 'models:use',
				summary: 'Answer a chat, at once or as a stream of server-sent events',
				body: OpenAiChatRequest,
				response: OpenAiChatCompletion,
				streamType: 'text/event-stream',
				handle: calls.of(openAiChat),
			},
			{
				...openai,
				method: 'POST',
				path: '/responses',
				requires: 'models:use',
				summary: 'Answer items, at once or as a stream of typed events; nothing is stored',
				body: OpenAiResponseRequest,
				response: OpenAiResponse,
				streamType: 'text/event-stream',
				handle: calls.of(openAiResponses),
			},
			{
				...openai,
				method: 'POST',
				path: '/responses/input_tokens',
				requires: 'models:use',
				summary: 'Estimate the input tokens of a response; x-parallama-estimate: true says so',
				body: OpenAiResponseRequest,
				response: OpenAiInputTokens,
				handle: (request, reply) => counts.handle(request, reply),
			},
			{
				...openai,
				method: 'POST',
				path: '/completions',
				requires: 'models:use',
				summary: 'Continue a text (the older form); models behind other protocols answer it as a chat',
				body: OpenAiCompletionRequest,
				response: OpenAiCompletion,
				streamType: 'text/event-stream',
				handle: calls.of(openAiCompletions),
			},
			{
				...openai,
				method: 'POST',
				path: '/moderations',
				requires: 'models:use',
				summary: 'Judge texts by a local list of rules (parallama-moderation-local); no upstream is called',
				body: OpenAiModerationRequest,
				response: OpenAiModeration,
				handle: moderated,
			},
			{
				...openai,
				method: 'POST',
				path: '/embeddings',
				requires: 'models:use',
				summary: 'Turn texts into vectors',
				body: OpenAiEmbeddingsRequest,
				response: OpenAiEmbeddings,
				handle: calls.of(openAiEmbeddings),
			},
			{
				...openai,
				method: 'GET',
				path: '/models',
				requires: 'models:read',
				summary: 'The models that can be called',
				response: z.union([OpenAiModelList, AnthropicModelList]), // the latter for who sends anthropic-version
				handle: (request) =>
					speaksAnthropic(request) ? listForAnthropic(lists, request) : lists.openAi(request.scope as Scope),
			},
			{
				...openai,
				method: 'GET',
				path: '/models/*', // ids contain "/" and ":", and proxies decode %2F
				requires: 'models:read',
				summary: 'One model',
				response: z.union([OpenAiModel, AnthropicModel]),
				handle: (request) =>
					speaksAnthropic(request)
						? oneForAnthropic(lists, request)
						: lists.openAiOne(request.scope as Scope, restOf(request)),
			},
		];
	}
}
