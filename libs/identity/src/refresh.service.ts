import { Injectable, Logger } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError } from '#libs/kernel';
import { type Client, personScope } from './client.js';
import { SessionRepository, type TokenOwner } from './persistence/session.repository.js';
import { UserRepository } from './persistence/user.repository.js';
import { isRefreshToken, judge, newRefreshToken } from './refresh-token.js';
import { SecurityEvents } from './security-events.js';
import { SessionsService } from './sessions.service.js';

export interface Refreshed extends TokenOwner {
	/** The one to use next time. */
	readonly refreshToken: string;
}

const refusal = () => new AppError('unauthenticated', 'invalid_refresh_token', 'The session has ended: sign in again');

/** Exchanges refresh tokens, one after the other within a session. */
@Injectable()
export class RefreshService {
	private readonly logger = new Logger('Sessions');

	constructor(
		private readonly work: UnitOfWork,
		private readonly sessions: SessionRepository,
		private readonly users: UserRepository,
		private readonly lifecycle: SessionsService,
		private readonly events: SecurityEvents,
	) {}

	/**
	 * @throws AppError unauthenticated `invalid_refresh_token`; `refresh_token_reused` when a token comes back after its time: then
	 * somebody has a copy, and the session ends.
	 */
	async refresh(refreshToken: string, client: Client): Promise<Refreshed> {
		const owner = isRefreshToken(refreshToken) ? await this.sessions.findOwner(refreshToken) : undefined;
		if (!owner) throw refusal();
		const scope = personScope(owner.organizationId, owner.userId, owner.sessionId, client);
		// decided inside, thrown outside: the end of the session has to be committed
		const result = await this.work.run(scope, (tenant) => this.exchange(tenant, owner));
		if (result instanceof AppError) throw result;
		return { ...owner, refreshToken: result };
	}

	private async exchange(tenant: TenantScope, owner: TokenOwner): Promise<string | AppError> {
		const token = await this.sessions.lock(tenant, owner);
		const user = await this.users.find(tenant, owner.userId);
		if (!token || user?.status !== 'active' || user.membershipStatus !== 'active') return refusal();
		switch (judge(token)) {
			case 'rotate': {
				const successor = newRefreshToken();
				await this.sessions.exchange(tenant, owner, successor);
				return successor;
			}
			case 'repeat':
				return this.sessions.successorOf(owner, token.successorSealed ?? '');
			case 'reuse':
				await this.lifecycle.revoke(tenant, owner.sessionId, 'refresh_token_reused');
				await this.events.tellOfReuse(tenant, user);
				this.logger.warn(`A refresh token of session ${owner.sessionId} was used again: the session has ended`);
				return new AppError('unauthenticated', 'refresh_token_reused', 'This token was used before: sign in again');
			case 'refuse':
				return refusal();
		}
	}
}
