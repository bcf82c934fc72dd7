import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Role, RolesService } from '#libs/access';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Responds } from '../edge/responds.decorator.js';
import { RoleList } from './roles.schemas.js';

@ApiTags('Roles')
@Controller('api/v1/roles')
export class RolesController {
	constructor(private readonly roles: RolesService) {}

	@Get()
	@Requires('roles:read')
	@Responds(200, RoleList, 'The built-in roles and those of the organization, with what they allow')
	async list(@CurrentScope() scope: Scope): Promise<{ items: readonly Role[]; nextCursor: null }> {
		return { items: await this.roles.list(scope), nextCursor: null };
	}
}
