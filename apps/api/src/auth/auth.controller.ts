import { Body, Controller, Get, Post, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type AccessToken, type Account, AuthService, type OwnAccount, type RefreshTokens } from '#libs/identity';
import type { Scope } from '#libs/kernel';
import { ClientInfo, CurrentScope, KnownScope, Public, PublicOrKnown, Requires } from '../edge/access.decorators.js';
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
	constructor(private readonly auth: AuthService) {}

	@Post('login')
	@Public()
	@UseInterceptors(SetRefreshCookie)
	@Responds(200, SignedIn, 'Signed in')
	login(@Body({ schema: Login }) input: Login, @ClientInfo() client: ClientInfo): Promise<RefreshTokens & Account> {
		return this.auth.login(input, client);
	}

	@Post('refresh')
	@Public()
	@UseInterceptors(SetRefreshCookie)
	@Responds(200, RefreshedTokens, 'New tokens; the refresh token that was sent is used up')
	refresh(
		@Body({ schema: RefreshTokenInput }) input: RefreshTokenInput,
		@RefreshCookie() cookie: string | undefined,
	): Promise<RefreshTokens> {
		return this.auth.refresh(input.refreshToken ?? cookie ?? '');
	}

	@Post('logout')
	@PublicOrKnown()
	@UseInterceptors(ClearRefreshCookie)
	@RespondsNothing('The session has ended')
	logout(
		@KnownScope() scope: Scope | undefined,
		@Body({ schema: RefreshTokenInput }) input: RefreshTokenInput,
		@RefreshCookie() cookie: string | undefined,
	): Promise<void> {
		return this.auth.logout(scope, input.refreshToken ?? cookie);
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
