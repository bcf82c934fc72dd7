import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
	AccountExportService,
	AccountRequestsService,
	type Client,
	type User as Person,
	UsersService,
} from '#libs/identity';
import type { Scope } from '#libs/kernel';
import { ClientInfo, CurrentScope, FreshLogin, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { paged } from '../edge/paged.js';
import { Accepted, Responds } from '../edge/responds.decorator.js';
import {
	AccountExport,
	CreateUser,
	EndedSessions,
	UpdateUser,
	User,
	UserId,
	UserList,
	UserQuery,
} from './users.schemas.js';

@ApiTags('Users')
@Controller('api/v1/users')
export class UsersController {
	constructor(
		private readonly users: UsersService,
		private readonly requests: AccountRequestsService,
		private readonly exports: AccountExportService,
		private readonly cursors: Cursors,
	) {}

	@Get()
	@Requires('users:read')
	@Responds(200, UserList, 'The people of the organization')
	list(@CurrentScope() scope: Scope, @Query({ schema: UserQuery }) query: UserQuery) {
		return paged({ scope, name: 'users', query, cursors: this.cursors }, (page) => this.users.list(scope, page, query));
	}

	@Post()
	@Requires('users:write')
	@Responds(201, User, 'The new person')
	create(@CurrentScope() scope: Scope, @Body({ schema: CreateUser }) input: CreateUser): Promise<Person> {
		return this.users.create(scope, input);
	}

	@Get(':id')
	@Requires('users:read')
	@Responds(200, User)
	get(@CurrentScope() scope: Scope, @Param('id', { schema: UserId }) id: string): Promise<Person> {
		return this.users.get(scope, id);
	}

	@Patch(':id')
	@Requires('users:write')
	@Responds(200, User, 'The person as they are now')
	update(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: UserId }) id: string,
		@Body({ schema: UpdateUser }) input: UpdateUser,
	): Promise<Person> {
		return this.users.update(scope, id, input);
	}

	@Delete(':id')
	@Requires('users:write')
	@FreshLogin()
	@Responds(
		202,
		User,
		'The account is closed, and erased after the grace period; PATCH with status active takes that back',
	)
	remove(@CurrentScope() scope: Scope, @Param('id', { schema: UserId }) id: string): Promise<Person> {
		return this.users.remove(scope, id);
	}

	@Post(':id/reset-password')
	@Requires('users:write')
	@Responds(202, Accepted, 'A mail with a code for a new password is on its way to the person')
	resetPassword(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: UserId }) id: string,
		@ClientInfo() client: Client,
	): Promise<void> {
		return this.requests.resetOf(scope, id, client);
	}

	@Post(':id/logout-all')
	@Requires('users:write')
	@Responds(200, EndedSessions, 'All sessions of the person have ended')
	async logOut(@CurrentScope() scope: Scope, @Param('id', { schema: UserId }) id: string) {
		return { sessions: await this.users.logOut(scope, id) };
	}

	@Get(':id/export')
	@Requires('users:write')
	@FreshLogin()
	@Responds(200, AccountExport, 'Everything that is kept about the person')
	export(@CurrentScope() scope: Scope, @Param('id', { schema: UserId }) id: string) {
		return this.exports.export(scope, id);
	}
}
