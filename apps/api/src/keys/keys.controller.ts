import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Scope } from '#libs/kernel';
import { type ApiKey as ApiKeyRecord, type IssuedKey, KeysService } from '#libs/keys';
import { CurrentScope, FreshLogin, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { PageQuery, paged } from '../edge/paged.js';
import { Responds } from '../edge/responds.decorator.js';
import {
	ApiKey,
	ApiKeyId,
	ApiKeyList,
	CreateApiKey,
	IssuedApiKey,
	RotateApiKey,
	UpdateApiKey,
} from './keys.schemas.js';

@ApiTags('API keys')
@Controller('api/v1/keys')
export class KeysController {
	constructor(
		private readonly keys: KeysService,
		private readonly cursors: Cursors,
	) {}

	@Get()
	@Requires('keys:read')
	@Responds(200, ApiKeyList, "Own API keys, or everybody's with keys:read_all; newest first")
	list(@CurrentScope() scope: Scope, @Query({ schema: PageQuery }) query: PageQuery) {
		return paged({ scope, name: 'keys', query, cursors: this.cursors }, (page) => this.keys.list(scope, page));
	}

	@Post()
	@Requires('keys:write')
	@FreshLogin()
	@Responds(201, IssuedApiKey, 'The new API key; it is shown this once')
	create(@CurrentScope() scope: Scope, @Body({ schema: CreateApiKey }) input: CreateApiKey): Promise<IssuedKey> {
		return this.keys.create(scope, input);
	}

	@Get(':id')
	@Requires('keys:read')
	@Responds(200, ApiKey)
	get(@CurrentScope() scope: Scope, @Param('id', { schema: ApiKeyId }) id: string): Promise<ApiKeyRecord> {
		return this.keys.get(scope, id);
	}

	@Patch(':id')
	@Requires('keys:write')
	@Responds(200, ApiKey, 'The API key as it is now, everywhere')
	update(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ApiKeyId }) id: string,
		@Body({ schema: UpdateApiKey }) input: UpdateApiKey,
	): Promise<ApiKeyRecord> {
		return this.keys.update(scope, id, input);
	}

	@Post(':id/rotate')
	@Requires('keys:write')
	@Responds(201, IssuedApiKey, 'The API key with a new secret, shown this once; the one until now works on for a while')
	rotate(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ApiKeyId }) id: string,
		@Body({ schema: RotateApiKey }) { overlapSeconds }: RotateApiKey,
	): Promise<IssuedKey> {
		return this.keys.rotate(scope, id, overlapSeconds);
	}

	@Delete(':id/previous-secret')
	@Requires('keys:write')
	@Responds(200, ApiKey, 'The secret before the last rotation has ended')
	endOverlap(@CurrentScope() scope: Scope, @Param('id', { schema: ApiKeyId }) id: string): Promise<ApiKeyRecord> {
		return this.keys.endOverlap(scope, id);
	}

	@Delete(':id')
	@Requires('keys:write')
	@Responds(200, ApiKey, 'The API key is revoked, with all keys that it has made')
	revoke(@CurrentScope() scope: Scope, @Param('id', { schema: ApiKeyId }) id: string): Promise<ApiKeyRecord> {
		return this.keys.revoke(scope, id);
	}
}
