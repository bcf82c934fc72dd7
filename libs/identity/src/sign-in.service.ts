import { Injectable } from '@nestjs/common';
import type { Scope } from '#libs/kernel';
import { AccessTokens } from './access-tokens.js';
import { type Account, AccountService } from './account.service.js';
import type { RefreshTokens } from './auth.service.js';
import type { Client } from './client.js';
import { type LoginInput, LoginService } from './login.service.js';
import { PasswordsService } from './passwords.service.js';
import { SessionStart } from './session-start.js';

/** What a password gives: a session. */
@Injectable()
export class SignInService {
	constructor(
		private readonly logins: LoginService,
		private readonly starts: SessionStart,
		private readonly passwords: PasswordsService,
		private readonly accounts: AccountService,
		private readonly tokens: AccessTokens,
	) {}

	/** @throws AppError unauthenticated `invalid_credentials`; denied `not_a_member`; throttled */
	async login(input: LoginInput, client: Client): Promise<RefreshTokens & Account> {
		const { scope, refreshToken } = await this.starts.start(await this.logins.prove(input, client), client);
		return { ...this.tokens.issueFor(scope), refreshToken, ...(await this.accounts.describe(scope)) };
	}

	/**
	 * Ends every session of the account and starts one for the caller.
	 * @throws AppError denied `wrong_password`; invalid `weak_password`; throttled
	 */
	async changePassword(
		scope: Scope,
		input: { readonly currentPassword: string; readonly newPassword: string },
		client: Client,
	): Promise<RefreshTokens> {
		const { userId, organizationId } = await this.passwords.change(scope, input);
		const started = await this.starts.start({ userId, organizationId }, client);
		return { ...this.tokens.issueFor(started.scope), refreshToken: started.refreshToken };
	}
}
