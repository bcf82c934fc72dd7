import { Module } from '@nestjs/common';
import { GatewayModule } from '#libs/gateway';
import { AllDialects } from './all-dialects.js';
import { AnthropicRoutes } from './anthropic.routes.js';
import { CallHandler } from './call-handler.js';
import { CountedRequest } from './counted-request.js';
import { DialectRoutes } from './dialect-routes.js';
import { FreshCaller } from './fresh-caller.js';
import { InputTokensHandler } from './input-tokens-handler.js';
import { ModelLists } from './model-lists.js';
import { ManagementHandler } from './management-handler.js';
import { OllamaManagementRoutes } from './ollama-management.routes.js';
import { OllamaModels } from './ollama-models.js';
import { OllamaRoutes } from './ollama.routes.js';
import { OpenAiRoutes } from './openai.routes.js';
import { TokenCountHandler } from './token-count-handler.js';

@Module({
	imports: [GatewayModule],
	providers: [
		AllDialects,
		AnthropicRoutes,
		CallHandler,
		CountedRequest,
		DialectRoutes,
		FreshCaller,
		InputTokensHandler,
		ManagementHandler,
		ModelLists,
		OllamaManagementRoutes,
		OllamaModels,
		OllamaRoutes,
		OpenAiRoutes,
		TokenCountHandler,
	],
	exports: [DialectRoutes],
})
export class GatewayHttpModule {}
