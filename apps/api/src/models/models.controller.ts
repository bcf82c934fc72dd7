import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RoutePreviews } from '#libs/gateway';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { PageQuery, paged } from '../edge/paged.js';
import { Responds } from '../edge/responds.decorator.js';
import { Model, ModelList, ModelName, RefreshedModels, RoutePreview, RouteQuestion } from './models.schemas.js';
import { ModelsView } from './models-view.js';

@ApiTags('Models')
@Controller('api/v1/models')
export class ModelsController {
	constructor(
		private readonly models: ModelsView,
		private readonly cursors: Cursors,
		private readonly previews: RoutePreviews,
	) {}

	@Get()
	@Requires('models:read')
	@Responds(200, ModelList, 'What can be called: every model of every provider, and aliases; by name')
	list(@CurrentScope() scope: Scope, @Query({ schema: PageQuery }) query: PageQuery) {
		return paged({ scope, name: 'models', query, cursors: this.cursors }, (page) => this.models.page(scope, page));
	}

	@Post('refresh')
	@Requires('models:read')
	@Responds(200, RefreshedModels, 'Every provider was asked for its models, unless it was within the last two seconds')
	refresh(@CurrentScope() scope: Scope): Promise<RefreshedModels> {
		return this.models.refresh(scope);
	}

	/** As the web backends of Ollama name it. */
	@Post('cache/clear')
	@Requires('models:read')
	@Responds(200, RefreshedModels, 'The cached lists of models are made anew, as by `refresh`')
	clearCache(@CurrentScope() scope: Scope): Promise<RefreshedModels> {
		return this.models.refresh(scope);
	}

	@Post('route')
	@Requires('providers:read')
	@Responds(200, RoutePreview, 'Where a call would go now, in what order and why; nobody is called')
	route(@CurrentScope() scope: Scope, @Body({ schema: RouteQuestion }) { model, request }: RouteQuestion) {
		return this.previews.of(scope, model, request);
	}

	/** Names contain "/" and ":". */
	@Get('*')
	@Requires('models:read')
	@Responds(200, Model, 'What a call with this name reaches first')
	get(@CurrentScope() scope: Scope, @Param('*', { schema: ModelName }) name: string): Promise<Model> {
		return this.models.one(scope, name);
	}
}
