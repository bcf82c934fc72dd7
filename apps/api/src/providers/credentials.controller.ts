import { Body, Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Scope } from '#libs/kernel';
import { type CredentialRecord, CredentialsService } from '#libs/providers';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { CreateCredential, Credential, CredentialId, CredentialList, UpdateCredential } from './credentials.schemas.js';
import { ProviderId } from './providers.schemas.js';

@ApiTags('Providers')
@Controller('api/v1/providers/:id/credentials')
export class CredentialsController {
	constructor(private readonly credentials: CredentialsService) {}

	@Get()
	@Requires('providers:read')
	@Responds(200, CredentialList, 'The credentials of a connection, in the order in which they are tried; all of them')
	async list(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ProviderId }) id: string,
	): Promise<{ items: CredentialRecord[]; nextCursor: null }> {
		return { items: await this.credentials.list(scope, id), nextCursor: null };
	}

	@Post()
	@Requires('providers:write')
	@Responds(201, Credential, 'The new credential')
	add(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ProviderId }) id: string,
		@Body({ schema: CreateCredential }) input: CreateCredential,
	): Promise<CredentialRecord> {
		return this.credentials.add(scope, id, input);
	}

	@Patch(':credentialId')
	@Requires('providers:write')
	@Responds(200, Credential, 'The changed credential')
	update(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ProviderId }) id: string,
		@Param('credentialId', { schema: CredentialId }) credentialId: string,
		@Body({ schema: UpdateCredential }) change: UpdateCredential,
	): Promise<CredentialRecord> {
		return this.credentials.update(scope, id, credentialId, change);
	}

	@Delete(':credentialId')
	@Requires('providers:write')
	@RespondsNothing('The credential is gone')
	remove(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ProviderId }) id: string,
		@Param('credentialId', { schema: CredentialId }) credentialId: string,
	): Promise<void> {
		return this.credentials.remove(scope, id, credentialId);
	}
}
