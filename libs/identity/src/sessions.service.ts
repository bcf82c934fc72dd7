import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, missing, newId, type Scope } from '#libs/kernel';
import { Invalidations } from '#libs/redis';
import { personScope } from './person-scope.js';
import { SessionRepository } from './persistence/session.repository.js';
import { UserRepository } from './persistence/user.repository.js';
import { isRefreshToken, newRefreshToken } from './refresh-token.js';

/** Where a session comes from, for its owner to recognise it. */
export interface Client {
	readonly ip: string;
	readonly userAgent: string | undefined;
}

export interface StartedSession {
	/** Of its user, in its organization. */
	readonly scope: Scope;
	readonly sessionId: string;
	/** Shown once. */
	readonly refreshToken: string;
}

/** One session per login: its refresh tokens are a family, of which one is live. */
@Injectable()
export class SessionsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly sessions: SessionRepository,
		private readonly users: UserRepository,
		private readonly invalidations: Invalidations,
	) {}

	/** For somebody who has just proven who they are. */
	async start(userId: string, organizationId: string, client: Client): Promise<StartedSession> {
		const sessionId = newId();
		const refreshToken = newRefreshToken();
		const scope = personScope(organizationId, userId, sessionId);
		await this.work.run(scope, async (tenant) => {
			await this.sessions.insert(tenant, { id: sessionId, userId, ...client });
			await this.sessions.addToken(tenant, { userId, sessionId }, refreshToken);
			await this.users.rememberOrganization(tenant, userId);
		});
		return { scope, sessionId, refreshToken };
	}

	/**
	 * Ends the session of a refresh token, and the one of the scope, where there is one: logging out twice, or with a token
	 * that is over, changes nothing and is no error.
	 */
	async logout(scope: Scope | undefined, refreshToken: string | undefined): Promise<void> {
		if (scope?.actor.kind === 'user') await this.end(scope, scope.actor.sessionId);
		if (refreshToken === undefined || !isRefreshToken(refreshToken)) return;
		const owner = await this.sessions.findOwner(refreshToken);
		if (owner) await this.end(personScope(owner.organizationId, owner.userId, owner.sessionId), owner.sessionId);
	}

	private async end(scope: Scope, sessionId: string): Promise<void> {
		await this.work.run(scope, (tenant) => this.revoke(tenant, sessionId, 'logout'));
	}

	/** Every replica forgets it once that is committed. */
	async revoke(tenant: TenantScope, sessionId: string, reason: string): Promise<void> {
		await this.sessions.revoke(tenant, sessionId, reason);
		tenant.transaction.onCommit(() => this.invalidations.publish('session', sessionId));
	}

	/**
	 * The session acts in another organization of its user from now on; access tokens for the one before end.
	 * @throws AppError missing for an organization that the user is no active member of; unauthenticated when it is over.
	 */
	async switch(scope: Scope, email: string, organizationId: string): Promise<Scope> {
		if (scope.actor.kind !== 'user') throw new AppError('denied', 'permission_denied', 'Only people have sessions');
		const { userId, sessionId } = scope.actor;
		const login = await this.users.findLogin(email);
		if (login?.organizationIds.includes(organizationId) !== true) throw missing('Organization');
		const target = personScope(organizationId, userId, sessionId);
		await this.work.run(target, async (tenant) => {
			if (!(await this.sessions.move(tenant, sessionId)))
				throw new AppError('unauthenticated', 'session_ended', 'The session has ended: sign in again');
			await this.users.rememberOrganization(tenant, userId);
			tenant.transaction.onCommit(() => this.invalidations.publish('session', sessionId));
		});
		return target;
	}
}
