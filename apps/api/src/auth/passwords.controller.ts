import { Body, Controller, Post, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
	AccountRequestsService,
	type Client,
	PasswordResetService,
	type RefreshTokens,
	SignInService,
} from '#libs/identity';
import type { Scope } from '#libs/kernel';
import { ClientInfo, CurrentScope, Public, Requires } from '../edge/access.decorators.js';
import { Limited } from '../edge/limits.js';
import { Accepted, Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { RefreshedTokens } from './auth.schemas.js';
import { ChangePassword, ForgotPassword, ResetPassword } from './passwords.schemas.js';
import { SetRefreshCookie } from './refresh-cookie.interceptors.js';

@ApiTags('Signing in')
@Controller('api/v1/auth')
export class PasswordsController {
	constructor(
		private readonly signIn: SignInService,
		private readonly requests: AccountRequestsService,
		private readonly resets: PasswordResetService,
	) {}

	@Post('change-password')
	@Requires('account:self')
	@UseInterceptors(SetRefreshCookie)
	@Responds(200, RefreshedTokens, 'The password is changed and every session has ended; these are of a new one')
	change(
		@CurrentScope() scope: Scope,
		@Body({ schema: ChangePassword }) input: ChangePassword,
		@ClientInfo() client: Client,
	): Promise<RefreshTokens> {
		return this.signIn.changePassword(scope, input, client);
	}

	@Post('forgot-password')
	@Public()
	@Limited('mail')
	@Responds(202, Accepted, 'If there is such an account, a mail is on its way')
	forgot(@Body({ schema: ForgotPassword }) input: ForgotPassword, @ClientInfo() client: Client): Promise<void> {
		return this.requests.forgot(input.email, client);
	}

	@Post('reset-password')
	@Public()
	@Limited('code')
	@RespondsNothing('The password is changed and every session has ended: sign in')
	reset(@Body({ schema: ResetPassword }) input: ResetPassword, @ClientInfo() client: Client): Promise<void> {
		return this.resets.reset(input.code, input.password, client);
	}
}
