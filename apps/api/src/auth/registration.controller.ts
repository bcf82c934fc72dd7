import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AccountCodesService, AccountRequestsService, type Client } from '#libs/identity';
import type { Scope } from '#libs/kernel';
import { ClientInfo, CurrentScope, FreshLogin, Public, Requires } from '../edge/access.decorators.js';
import { Limited } from '../edge/limits.js';
import { Accepted, Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { ChangeEmail, Register, VerifyEmail } from './registration.schemas.js';

@ApiTags('Signing in')
@Controller('api/v1/auth')
export class RegistrationController {
	constructor(
		private readonly requests: AccountRequestsService,
		private readonly codes: AccountCodesService,
	) {}

	@Post('register')
	@Public()
	@Limited('mail')
	@Responds(202, Accepted, 'A mail is on its way: its code finishes the registration')
	register(@Body({ schema: Register }) input: Register, @ClientInfo() client: Client): Promise<void> {
		return this.requests.register(input, client);
	}

	@Post('verify-email')
	@Public()
	@Limited('code')
	@RespondsNothing('The address is confirmed: sign in')
	verify(@Body({ schema: VerifyEmail }) input: VerifyEmail, @ClientInfo() client: Client): Promise<void> {
		return this.codes.verify(input.code, client);
	}

	@Post('change-email')
	@Requires('account:self')
	@FreshLogin()
	@Responds(202, Accepted, 'A mail to the new address is on its way: its code makes the change')
	changeEmail(
		@CurrentScope() scope: Scope,
		@Body({ schema: ChangeEmail }) input: ChangeEmail,
		@ClientInfo() client: Client,
	): Promise<void> {
		return this.requests.changeEmail(scope, input.email, client);
	}
}
