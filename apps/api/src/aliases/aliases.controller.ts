import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Scope } from '#libs/kernel';
import { type AliasRecord, AliasesService } from '#libs/providers';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { PageQuery, paged } from '../edge/paged.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { Alias, AliasId, AliasList, CreateAlias, UpdateAlias } from './aliases.schemas.js';

@ApiTags('Models')
@Controller('api/v1/aliases')
export class AliasesController {
	constructor(
		private readonly aliases: AliasesService,
		private readonly cursors: Cursors,
	) {}

	@Get()
	@Requires('providers:read')
	@Responds(200, AliasList, "The organization's own names for models, newest first")
	list(@CurrentScope() scope: Scope, @Query({ schema: PageQuery }) query: PageQuery) {
		return paged({ scope, name: 'aliases', query, cursors: this.cursors }, (page) => this.aliases.list(scope, page));
	}

	@Post()
	@Requires('providers:write')
	@Responds(201, Alias, 'The new alias')
	create(@CurrentScope() scope: Scope, @Body({ schema: CreateAlias }) input: CreateAlias): Promise<AliasRecord> {
		return this.aliases.create(scope, { ...input, stickyBy: input.stickyBy });
	}

	@Get(':id')
	@Requires('providers:read')
	@Responds(200, Alias, 'One alias')
	get(@CurrentScope() scope: Scope, @Param('id', { schema: AliasId }) id: string): Promise<AliasRecord> {
		return this.aliases.get(scope, id);
	}

	@Patch(':id')
	@Requires('providers:write')
	@Responds(200, Alias, 'The changed alias')
	update(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: AliasId }) id: string,
		@Body({ schema: UpdateAlias }) change: UpdateAlias,
	): Promise<AliasRecord> {
		return this.aliases.update(scope, id, change);
	}

	@Delete(':id')
	@Requires('providers:write')
	@RespondsNothing('The alias is gone')
	remove(@CurrentScope() scope: Scope, @Param('id', { schema: AliasId }) id: string): Promise<void> {
		return this.aliases.remove(scope, id);
	}
}
