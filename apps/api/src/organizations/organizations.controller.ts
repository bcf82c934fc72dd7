import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Organization as OrganizationRecord, OrganizationsService } from '#libs/access';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Responds } from '../edge/responds.decorator.js';
import { Organization, UpdateOrganization } from './organizations.schemas.js';

@ApiTags('Organizations')
@Controller('api/v1/organizations')
export class OrganizationsController {
	constructor(private readonly organizations: OrganizationsService) {}

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
