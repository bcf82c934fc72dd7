import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type User as Person, UsersService } from '#libs/identity';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { PageQuery, paged } from '../edge/paged.js';
import { Responds } from '../edge/responds.decorator.js';
import { CreateUser, UpdateUser, User, UserId, UserList } from './users.schemas.js';

@ApiTags('Users')
@Controller('api/v1/users')
export class UsersController {
	constructor(
		private readonly users: UsersService,
		private readonly cursors: Cursors,
	) {}

	@Get()
	@Requires('users:read')
	@Responds(200, UserList, 'The people of the organization')
	list(@CurrentScope() scope: Scope, @Query({ schema: PageQuery }) query: PageQuery) {
		return paged({ scope, name: 'users', query, cursors: this.cursors }, (page) => this.users.list(scope, page));
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
}
