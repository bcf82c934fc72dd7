import { Injectable } from '@nestjs/common';
import { AnthropicRoutes } from './anthropic.routes.js';
import type { DialectRoute } from './dialect-route.js';
import { OllamaManagementRoutes } from './ollama-management.routes.js';
import { OllamaRoutes } from './ollama.routes.js';
import { OpenAiRoutes } from './openai.routes.js';

/** The routes of every dialect. */
@Injectable()
export class AllDialects {
	readonly routes: readonly DialectRoute[];

	constructor(
		openAi: OpenAiRoutes,
		anthropic: AnthropicRoutes,
		ollama: OllamaRoutes,
		management: OllamaManagementRoutes,
	) {
		this.routes = [...openAi.routes, ...anthropic.routes, ...ollama.routes, ...management.routes];
	}
}
