import { Body, Controller, Delete, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AccountExportService, type User as Person, UsersService } from '#libs/identity';
import type { Scope } from '#libs/kernel';
import { CurrentScope, FreshLogin, Requires } from '../edge/access.decorators.js';
import { Responds } from '../edge/responds.decorator.js';
import { AccountExport, UpdateOwn, User } from '../users/users.schemas.js';

@ApiTags('Signing in')
@Controller('api/v1/auth/me')
export class OwnAccountController {
	constructor(
		private readonly users: UsersService,
		private readonly exports: AccountExportService,
	) {}

	@Patch()
	@Requires('account:self')
	@Responds(200, User, 'The own account as it is now')
	update(@CurrentScope() scope: Scope, @Body({ schema: UpdateOwn }) input: UpdateOwn): Promise<Person> {
		return this.users.updateOwn(scope, input);
	}

	@Delete()
	@Requires('account:self')
	@FreshLogin()
	@Responds(202, User, 'The own account is closed, and erased after the grace period')
	remove(@CurrentScope() scope: Scope): Promise<Person> {
		return this.users.removeOwn(scope);
	}

	@Get('export')
	@Requires('account:self')
	@FreshLogin()
	@Responds(200, AccountExport, 'Everything that is kept about the own account')
	export(@CurrentScope() scope: Scope) {
		return this.exports.exportOwn(scope);
	}
}
