import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { openAiChat, openAiEmbeddings } from '#libs/gateway';
import type { Scope } from '#libs/kernel';
import { CallHandler } from './call-handler.js';
import type { DialectRoute } from './dialect-route.js';
import { ModelLists } from './model-lists.js';
import {
	OpenAiChatCompletion,
	OpenAiChatRequest,
	OpenAiEmbeddings,
	OpenAiEmbeddingsRequest,
	OpenAiModel,
	OpenAiModelList,
} from './openai.schemas.js';

const openai = { prefixes: ['/openai/v1', '/v1'], tag: 'OpenAI dialect' } as const;

@Injectable()
export class OpenAiRoutes {
	readonly routes: readonly DialectRoute[];

	constructor(calls: CallHandler, lists: ModelLists) {
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
				response: OpenAiModelList,
				handle: (request) => lists.openAi(request.scope as Scope),
			},
			{
				...openai,
				method: 'GET',
				path: '/models/*', // ids contain "/" and ":", and proxies decode %2F
				requires: 'models:read',
				summary: 'One model',
				response: OpenAiModel,
				handle: (request) => lists.openAiOne(request.scope as Scope, restOf(request)),
			},
		];
	}
}

const restOf = (request: FastifyRequest): string => (request.params as { '*': string })['*'];
