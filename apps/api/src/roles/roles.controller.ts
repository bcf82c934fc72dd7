import { Body, Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type PermissionInfo, permissionCatalogue, type Role as RoleRecord, RolesService } from '#libs/access';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { CreateRole, PermissionList, Role, RoleId, RoleList, UpdateRole } from './roles.schemas.js';

@ApiTags('Roles')
@Controller('api/v1/roles')
export class RolesController {
	constructor(private readonly roles: RolesService) {}

	@Get()
	@Requires('roles:read')
	@Responds(200, RoleList, 'The built-in roles and those of the organization, with what they allow')
	async list(@CurrentScope() scope: Scope): Promise<{ items: readonly RoleRecord[]; nextCursor: null }> {
		return { items: await this.roles.list(scope), nextCursor: null };
	}

	@Get('permissions')
	@Requires('roles:read')
	@Responds(200, PermissionList, 'Every permission there is, with what it allows')
	permissions(): { items: readonly PermissionInfo[]; nextCursor: null } {
		return { items: permissionCatalogue, nextCursor: null };
	}

	@Post()
	@Requires('roles:write')
	@Responds(201, Role, 'The new role')
	create(@CurrentScope() scope: Scope, @Body({ schema: CreateRole }) input: CreateRole): Promise<RoleRecord> {
		return this.roles.create(scope, input);
	}

	@Get(':id')
	@Requires('roles:read')
	@Responds(200, Role)
	get(@CurrentScope() scope: Scope, @Param('id', { schema: RoleId }) id: string): Promise<RoleRecord> {
		return this.roles.get(scope, id);
	}

	@Patch(':id')
	@Requires('roles:write')
	@Responds(200, Role, 'The role as it is now; whoever has it notices at once')
	update(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: RoleId }) id: string,
		@Body({ schema: UpdateRole }) input: UpdateRole,
	): Promise<RoleRecord> {
		return this.roles.update(scope, id, input);
	}

	@Delete(':id')
	@Requires('roles:write')
	@RespondsNothing('The role is gone')
	remove(@CurrentScope() scope: Scope, @Param('id', { schema: RoleId }) id: string): Promise<void> {
		return this.roles.remove(scope, id);
	}
}
