import { Injectable } from '@nestjs/common';
import type { Scope } from '#libs/kernel';
import { type AccessToken, AccessTokens } from './access-tokens.js';
import { type Account, AccountService, type OwnAccount } from './account.service.js';
import type { Client } from './client.js';
import { RefreshService } from './refresh.service.js';
import { SessionsService } from './sessions.service.js';

export interface RefreshTokens extends AccessToken {
	/** Shown once. */
	readonly refreshToken: string;
}

/** Going on with a session, and ending it. */
@Injectable()
export class AuthService {
	constructor(
		private readonly sessions: SessionsService,
		private readonly refreshes: RefreshService,
		private readonly accounts: AccountService,
		private readonly tokens: AccessTokens,
	) {}

	/** @throws AppError unauthenticated `invalid_refresh_token`, `refresh_token_reused` */
	async refresh(refreshToken: string, client: Client): Promise<RefreshTokens> {
		const owner = await this.refreshes.refresh(refreshToken, client);
		const claims = { sub: owner.userId, sid: owner.sessionId, org: owner.organizationId };
		return { ...this.tokens.issue(claims), refreshToken: owner.refreshToken };
	}

	async logout(scope: Scope | undefined, refreshToken: string | undefined, client: Client): Promise<void> {
		await this.sessions.logout(scope, refreshToken, client);
	}

	/** @throws AppError missing for an organization that the user is no active member of. */
	async switch(scope: Scope, organizationId: string): Promise<AccessToken & Account> {
		const { user } = await this.accounts.describe(scope);
		const target = await this.sessions.switch(scope, user.email, organizationId);
		return { ...this.tokens.issueFor(target), ...(await this.accounts.describe(target)) };
	}

	async me(scope: Scope): Promise<OwnAccount> {
		return this.accounts.me(scope);
	}
}
