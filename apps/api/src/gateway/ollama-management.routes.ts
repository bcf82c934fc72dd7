import { Injectable } from '@nestjs/common';
import { verbs } from '#libs/gateway';
import type { DialectRoute } from './dialect-route.js';
import { ManagementHandler } from './management-handler.js';
import {
	OllamaCopyRequest,
	OllamaCreateRequest,
	OllamaNamedRequest,
	OllamaProgress,
	OllamaPullRequest,
} from './ollama-management.schemas.js';

const ollama = { prefixes: ['/ollama/api', '/api'], tag: 'Ollama dialect' } as const;
const ndjson = 'application/x-ndjson';

/** What changes the models of an organization's own Ollama servers. */
@Injectable()
export class OllamaManagementRoutes {
	readonly routes: readonly DialectRoute[];

	constructor(handler: ManagementHandler) {
		const { pull, push, create, copy, delete: remove } = verbs;
		this.routes = [
			{
				...ollama,
				method: 'POST',
				path: '/pull',
				requires: pull.permission,
				summary: "Load a model onto the organization's own Ollama server, with its progress",
				body: OllamaPullRequest,
				response: OllamaProgress,
				streamType: ndjson,
				handle: handler.of(pull),
			},
			{
				...ollama,
				method: 'POST',
				path: '/push',
				requires: push.permission,
				summary: "Send a model of the organization's own Ollama server to a registry",
				body: OllamaPullRequest,
				response: OllamaProgress,
				streamType: ndjson,
				handle: handler.of(push),
			},
			{
				...ollama,
				method: 'POST',
				path: '/create',
				requires: create.permission,
				summary: "Make a model on the organization's own Ollama server",
				body: OllamaCreateRequest,
				response: OllamaProgress,
				streamType: ndjson,
				handle: handler.of(create),
			},
			{
				...ollama,
				method: 'POST',
				path: '/copy',
				requires: copy.permission,
				summary: "Give a model of the organization's own Ollama server a second name",
				body: OllamaCopyRequest,
				handle: handler.of(copy),
			},
			{
				...ollama,
				method: 'DELETE',
				path: '/delete',
				requires: remove.permission,
				summary: "Remove a model from the organization's own Ollama server",
				body: OllamaNamedRequest,
				handle: handler.of(remove),
			},
			{
				...ollama,
				method: 'HEAD',
				path: '/blobs/:digest',
				requires: 'models:create',
				summary: 'Whether the first of the organization’s own Ollama servers has a file',
				handle: (request, reply) => handler.has(request, reply),
			},
			{
				...ollama,
				method: 'POST',
				path: '/blobs/:digest',
				requires: 'models:create',
				summary: "Send a file for a model to the first of the organization's own Ollama servers",
				isBodyStreamed: true,
				handle: (request, reply) => handler.upload(request, reply),
			},
		];
	}
}
