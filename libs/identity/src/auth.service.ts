import { Injectable } from '@nestjs/common';
import type { Scope } from '#libs/kernel';
import { type AccessToken, AccessTokens } from './access-tokens.js';
import { type Account, AccountService, type OwnAccount } from './account.service.js';
import { type LoginInput, LoginService } from './login.service.js';
import { RefreshService } from './refresh.service.js';
import { type Client, SessionsService } from './sessions.service.js';

export interface RefreshTokens extends AccessToken {
	/** Shown once. */
	readonly refreshToken: string;
}

/** Signing in and out, as a client sees it. */
@Injectable()
export class AuthService {
	constructor(
		private readonly logins: LoginService,
		private readonly sessions: SessionsService,
		private readonly refreshes: RefreshService,
		private readonly accounts: AccountService,
		private readonly tokens: AccessTokens,
	) {}

	/** @throws AppError unauthenticated `invalid_credentials`; denied `not_a_member`; throttled */
	async login(input: LoginInput, client: Client): Promise<RefreshTokens & Account> {
		const { scope, refreshToken } = await this.logins.login(input, client);
		return { ...this.issue(scope), refreshToken, ...(await this.accounts.describe(scope)) };
	}

	/** @throws AppError unauthenticated `invalid_refresh_token`, `refresh_token_reused` */
	async refresh(refreshToken: string): Promise<RefreshTokens> {
		const owner = await this.refreshes.refresh(refreshToken);
		const claims = { sub: owner.userId, sid: owner.sessionId, org: owner.organizationId };
		return { ...this.tokens.issue(claims), refreshToken: owner.refreshToken };
	}

	async logout(scope: Scope | undefined, refreshToken: string | undefined): Promise<void> {
		await this.sessions.logout(scope, refreshToken);
	}

	/** @throws AppError missing for an organization that the user is no active member of. */
	async switch(scope: Scope, organizationId: string): Promise<AccessToken & Account> {
		const { user } = await this.accounts.describe(scope);
		const target = await this.sessions.switch(scope, user.email, organizationId);
		return { ...this.issue(target), ...(await this.accounts.describe(target)) };
	}

	async me(scope: Scope): Promise<OwnAccount> {
		return this.accounts.me(scope);
	}

	private issue({ organizationId, actor }: Scope): AccessToken {
		const person = actor.kind === 'user' ? actor : { userId: '', sessionId: '' };
		return this.tokens.issue({ sub: person.userId, sid: person.sessionId, org: organizationId });
	}
}
