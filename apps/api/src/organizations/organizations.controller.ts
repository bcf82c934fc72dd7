import { Body, Controller, Get, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Organization as OrganizationRecord, OrganizationsService } from '#libs/access';
import { OrganizationOpening } from '#libs/identity';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Responds } from '../edge/responds.decorator.js';
import { OpenOrganization, Organization, UpdateOrganization } from './organizations.schemas.js';

@ApiTags('Organizations')
@Controller('api/v1/organizations')
export class OrganizationsController {
	constructor(
		private readonly organizations: OrganizationsService,
		private readonly opening: OrganizationOpening,
	) {}

	@Post()
	@Requires('instance:organizations')
	@Responds(201, Organization, 'The new organization; its owner is invited by mail')
	open(
		@CurrentScope() scope: Scope,
		@Body({ schema: OpenOrganization }) input: OpenOrganization,
	): Promise<OrganizationRecord> {
		return this.opening.open(scope, input);
	}

	@Get('current')
	@Requires('organizations:read')
	@Responds(200, Organization, 'The organization that the credential acts in')
	current(@CurrentScope() scope: Scope): Promise<OrganizationRecord> {
		return this.organizations.current(scope);
	}

	@Patch('current')
	@Requires('organizations:write')
	@Responds(200, Organization, 'The organization as it is now')
	update(
		@CurrentScope() scope: Scope,
		@Body({ schema: UpdateOrganization }) change: UpdateOrganization,
	): Promise<OrganizationRecord> {
		return this.organizations.update(scope, change);
	}
}
