import { Body, Controller, Get, Post, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
	type AccessToken,
	type Account,
	AuthService,
	type Client,
	type OwnAccount,
	type RefreshTokens,
	SignInService,
} from '#libs/identity';
import type { Scope } from '#libs/kernel';
import { ClientInfo, CurrentScope, KnownScope, Public, PublicOrKnown, Requires } from '../edge/access.decorators.js';
import { Limited } from '../edge/limits.js';
import { RefreshCookie } from '../edge/refresh-cookie.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import {
	Login,
	Me,
	RefreshedTokens,
	RefreshTokenInput,
	SignedIn,
	Switched,
	SwitchOrganization,
} from './auth.schemas.js';
import { ClearRefreshCookie, SetRefreshCookie } from './refresh-cookie.interceptors.js';

@ApiTags('Signing in')
@Controller('api/v1/auth')
export class AuthController {
	constructor(
		private readonly auth: AuthService,
		private readonly signIn: SignInService,
	) {}

	@Post('login')
	@Public()
	@Limited('login')
	@UseInterceptors(SetRefreshCookie)
	@Responds(200, SignedIn, 'Signed in')
	login(@Body({ schema: Login }) input: Login, @ClientInfo() client: Client): Promise<RefreshTokens & Account> {
		return this.signIn.login(input, client);
	}

	@Post('refresh')
	@Public()
	@Limited('refresh')
	@UseInterceptors(SetRefreshCookie)
	@Responds(200, RefreshedTokens, 'New tokens; the refresh token that was sent is used up')
	refresh(
		@Body({ schema: RefreshTokenInput }) input: RefreshTokenInput,
		@RefreshCookie() cookie: string | undefined,
		@ClientInfo() client: Client,
	): Promise<RefreshTokens> {
		return this.auth.refresh(input.refreshToken ?? cookie ?? '', client);
	}

	@Post('logout')
	@PublicOrKnown()
	@Limited('refresh')
	@UseInterceptors(ClearRefreshCookie)
	@RespondsNothing('The session has ended')
	logout(
		@KnownScope() scope: Scope | undefined,
		@Body({ schema: RefreshTokenInput }) input: RefreshTokenInput,
		@RefreshCookie() cookie: string | undefined,
		@ClientInfo() client: Client,
	): Promise<void> {
		return this.auth.logout(scope, input.refreshToken ?? cookie, client);
	}

	@Post('switch')
	@Requires('account:self')
	@Responds(200, Switched, 'The session acts in that organization now')
	switch(
		@CurrentScope() scope: Scope,
		@Body({ schema: SwitchOrganization }) input: SwitchOrganization,
	): Promise<AccessToken & Account> {
		return this.auth.switch(scope, input.organizationId);
	}

	@Get('me')
	@Requires('account:self')
	@Responds(200, Me)
	me(@CurrentScope() scope: Scope): Promise<OwnAccount> {
		return this.auth.me(scope);
	}
}
