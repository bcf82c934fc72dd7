import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type ServiceAccount as ServiceAccountRecord, ServiceAccountsService } from '#libs/access';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { PageQuery, paged } from '../edge/paged.js';
import { Responds } from '../edge/responds.decorator.js';
import {
	CreateServiceAccount,
	ServiceAccount,
	ServiceAccountId,
	ServiceAccountList,
	UpdateServiceAccount,
} from './service-accounts.schemas.js';

@ApiTags('Service accounts')
@Controller('api/v1/service-accounts')
export class ServiceAccountsController {
	constructor(
		private readonly accounts: ServiceAccountsService,
		private readonly cursors: Cursors,
	) {}

	@Get()
	@Requires('users:read')
	@Responds(200, ServiceAccountList, 'Owners of API keys that are no people')
	list(@CurrentScope() scope: Scope, @Query({ schema: PageQuery }) query: PageQuery) {
		return paged({ scope, name: 'service-accounts', query, cursors: this.cursors }, (page) =>
			this.accounts.list(scope, page),
		);
	}

	@Post()
	@Requires('users:write')
	@Responds(
		201,
		ServiceAccount,
		'The new service account; its keys are made at POST /api/v1/keys with its id as userId',
	)
	create(
		@CurrentScope() scope: Scope,
		@Body({ schema: CreateServiceAccount }) input: CreateServiceAccount,
	): Promise<ServiceAccountRecord> {
		return this.accounts.create(scope, input);
	}

	@Get(':id')
	@Requires('users:read')
	@Responds(200, ServiceAccount)
	get(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ServiceAccountId }) id: string,
	): Promise<ServiceAccountRecord> {
		return this.accounts.get(scope, id);
	}

	@Patch(':id')
	@Requires('users:write')
	@Responds(200, ServiceAccount, 'The service account as it is now')
	update(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ServiceAccountId }) id: string,
		@Body({ schema: UpdateServiceAccount }) input: UpdateServiceAccount,
	): Promise<ServiceAccountRecord> {
		return this.accounts.update(scope, id, input);
	}
}
