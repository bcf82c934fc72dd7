import { Injectable } from '@nestjs/common';
import { ollamaChat, ollamaEmbed, ollamaEmbeddings, ollamaGenerate } from '#libs/gateway';
import type { Scope } from '#libs/kernel';
import { CallHandler } from './call-handler.js';
import type { DialectRoute } from './dialect-route.js';
import { ModelLists, OLLAMA_API_LEVEL } from './model-lists.js';
import { OllamaModels } from './ollama-models.js';
import {
	OllamaChat,
	OllamaChatRequest,
	OllamaEmbed,
	OllamaEmbeddings,
	OllamaEmbeddingsRequest,
	OllamaEmbedRequest,
	OllamaGenerate,
	OllamaGenerateRequest,
	OllamaRunning,
	OllamaShow,
	OllamaShowRequest,
	OllamaTags,
	OllamaVersion,
} from './ollama.schemas.js';

const ollama = { prefixes: ['/ollama/api', '/api'], tag: 'Ollama dialect' } as const;

@Injectable()
export class OllamaRoutes {
	readonly routes: readonly DialectRoute[];

	constructor(calls: CallHandler, lists: ModelLists, models: OllamaModels) {
		this.routes = [
			{
				...ollama,
				method: 'POST',
				path: '/chat',
				requires: 'models:use',
				summary: 'Answer a chat, as a stream of JSON lines unless told otherwise',
				body: OllamaChatRequest,
				response: OllamaChat,
				streamType: 'application/x-ndjson',
				handle: calls.of(ollamaChat),
			},
			{
				...ollama,
				method: 'POST',
				path: '/generate',
				requires: 'models:use',
				summary: 'Continue a prompt; without one, load or unload the model of an Ollama upstream',
				body: OllamaGenerateRequest,
				response: OllamaGenerate,
				streamType: 'application/x-ndjson',
				handle: calls.of(ollamaGenerate),
			},
			{
				...ollama,
				method: 'POST',
				path: '/embed',
				requires: 'models:use',
				summary: 'Turn texts into vectors',
				body: OllamaEmbedRequest,
				response: OllamaEmbed,
				handle: calls.of(ollamaEmbed),
			},
			{
				...ollama,
				method: 'POST',
				path: '/embeddings',
				requires: 'models:use',
				summary: 'Turn one text into a vector: the older form of embed',
				body: OllamaEmbeddingsRequest,
				response: OllamaEmbeddings,
				handle: calls.of(ollamaEmbeddings),
			},
			{
				...ollama,
				method: 'GET',
				path: '/tags',
				requires: 'models:read',
				summary: 'The models that can be called',
				response: OllamaTags,
				handle: (request) => lists.ollama(request.scope as Scope),
			},
			{
				...ollama,
				method: 'POST',
				path: '/show',
				requires: 'models:read',
				summary: 'What is known of a model',
				body: OllamaShowRequest,
				response: OllamaShow,
				handle: (request) => models.show(request),
			},
			{
				...ollama,
				method: 'GET',
				path: '/ps',
				requires: 'models:read',
				summary: 'The models that Ollama upstreams have in memory',
				response: OllamaRunning,
				handle: (request) => models.loaded(request.scope as Scope),
			},
			{
				...ollama,
				method: 'GET',
				path: '/version',
				requires: 'models:read',
				summary: "The release of Ollama's API that is spoken here",
				response: OllamaVersion,
				handle: () => ({ version: OLLAMA_API_LEVEL }),
			},
		];
	}
}
