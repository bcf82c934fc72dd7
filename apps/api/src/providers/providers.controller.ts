import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Scope } from '#libs/kernel';
import { type ProviderRecord, ProvidersService } from '#libs/providers';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { CreateProvider, Provider, ProviderId, ProviderList } from './providers.schemas.js';

@ApiTags('Providers')
@Controller('api/v1/providers')
export class ProvidersController {
	constructor(private readonly providers: ProvidersService) {}

	@Get()
	@Requires('providers:read')
	@Responds(200, ProviderList, "The organization's own upstream connections")
	async list(@CurrentScope() scope: Scope): Promise<{ items: ProviderRecord[]; nextCursor: null }> {
		return { items: await this.providers.list(scope), nextCursor: null };
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

	@Delete(':id')
	@Requires('providers:write')
	@RespondsNothing('The connection is gone')
	remove(@CurrentScope() scope: Scope, @Param('id', { schema: ProviderId }) id: string): Promise<void> {
		return this.providers.remove(scope, id);
	}
}
