import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Scope } from '#libs/kernel';
import { ConnectionTest, type ConnectionTestResult, type ProviderRecord, ProvidersService } from '#libs/providers';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { PageQuery, paged } from '../edge/paged.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import {
	CreateProvider,
	Provider,
	ProviderId,
	ProviderList,
	ProviderTest,
	UpdateProvider,
} from './providers.schemas.js';

@ApiTags('Providers')
@Controller('api/v1/providers')
export class ProvidersController {
	constructor(
		private readonly providers: ProvidersService,
		private readonly connections: ConnectionTest,
		private readonly cursors: Cursors,
	) {}

	@Get()
	@Requires('providers:read')
	@Responds(200, ProviderList, "The organization's own upstream connections, newest first")
	list(@CurrentScope() scope: Scope, @Query({ schema: PageQuery }) query: PageQuery) {
		return paged({ scope, name: 'providers', query, cursors: this.cursors }, (page) =>
			this.providers.list(scope, page),
		);
	}

	@Post()
	@Requires('providers:write')
	@Responds(201, Provider, 'The new connection')
	create(
		@CurrentScope() scope: Scope,
		@Body({ schema: CreateProvider }) input: CreateProvider,
	): Promise<ProviderRecord> {
		return this.providers.create(scope, { ...input, apiKey: input.apiKey });
	}

	@Get(':id')
	@Requires('providers:read')
	@Responds(200, Provider, 'One upstream connection')
	get(@CurrentScope() scope: Scope, @Param('id', { schema: ProviderId }) id: string): Promise<ProviderRecord> {
		return this.providers.get(scope, id);
	}

	@Patch(':id')
	@Requires('providers:write')
	@Responds(200, Provider, 'The changed connection; another baseUrl or kind needs the apiKey again')
	update(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ProviderId }) id: string,
		@Body({ schema: UpdateProvider }) change: UpdateProvider,
	): Promise<ProviderRecord> {
		return this.providers.update(scope, id, change);
	}

	@Delete(':id')
	@Requires('providers:write')
	@RespondsNothing('The connection is gone')
	remove(@CurrentScope() scope: Scope, @Param('id', { schema: ProviderId }) id: string): Promise<void> {
		return this.providers.remove(scope, id);
	}

	@Post(':id/test')
	@Requires('providers:write')
	@Responds(200, ProviderTest, 'What asking it for its models found')
	test(@CurrentScope() scope: Scope, @Param('id', { schema: ProviderId }) id: string): Promise<ConnectionTestResult> {
		return this.connections.run(scope, id);
	}
}
