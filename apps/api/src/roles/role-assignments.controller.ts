import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Assignment as AssignmentRecord, RoleAssignmentsService } from '#libs/access';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { paged } from '../edge/paged.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { Assignment, AssignmentList, AssignmentQuery, AssignRole, RoleId } from './roles.schemas.js';

@ApiTags('Roles')
@Controller('api/v1/role-assignments')
export class RoleAssignmentsController {
	constructor(
		private readonly assignments: RoleAssignmentsService,
		private readonly cursors: Cursors,
	) {}

	@Get()
	@Requires('roles:read')
	@Responds(200, AssignmentList, 'Who has which role, where and until when')
	list(
		@CurrentScope() scope: Scope,
		@Query({ schema: AssignmentQuery }) { limit, cursor, ...filter }: AssignmentQuery,
	) {
		return paged({ scope, name: 'role-assignments', query: { limit, cursor }, cursors: this.cursors }, (page) =>
			this.assignments.list(scope, filter, page),
		);
	}

	@Post()
	@Requires('roles:write')
	@Responds(201, Assignment, 'The role is given')
	assign(@CurrentScope() scope: Scope, @Body({ schema: AssignRole }) input: AssignRole): Promise<AssignmentRecord> {
		return this.assignments.assign(scope, input);
	}

	@Delete(':id')
	@Requires('roles:write')
	@RespondsNothing('The role is taken')
	revoke(@CurrentScope() scope: Scope, @Param('id', { schema: RoleId }) id: string): Promise<void> {
		return this.assignments.revoke(scope, id);
	}
}
