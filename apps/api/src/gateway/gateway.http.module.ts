import { Module } from '@nestjs/common';
import { GatewayModule } from '#libs/gateway';
import { CallHandler } from './call-handler.js';
import { DialectRoutes } from './dialect-routes.js';
import { ModelLists } from './model-lists.js';
import { OllamaRoutes } from './ollama.routes.js';
import { OpenAiRoutes } from './openai.routes.js';

@Module({
	imports: [GatewayModule],
	providers: [CallHandler, DialectRoutes, ModelLists, OllamaRoutes, OpenAiRoutes],
	exports: [DialectRoutes],
})
export class GatewayHttpModule {}
