import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, missing, type Page, type PageRequest, type Scope, userIdOf } from '#libs/kernel';
import { Invalidations } from '#libs/redis';
import { type Client, personScope } from './client.js';
import { type Session, SessionRepository } from './persistence/session.repository.js';
import { UserRepository } from './persistence/user.repository.js';
import { isRefreshToken } from './refresh-token.js';
import { SecurityEvents } from './security-events.js';

/** One session per login: its refresh tokens are a family, of which one is live. */
@Injectable()
export class SessionsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly sessions: SessionRepository,
		private readonly users: UserRepository,
		private readonly invalidations: Invalidations,
		private readonly events: SecurityEvents,
	) {}

	/** Own ones that are open, in whatever organization they act; newest first. */
	async list(scope: Scope, request: PageRequest): Promise<Page<Session & { readonly isCurrent: boolean }>> {
		const current = sessionIdOf(scope);
		const { items, next } = await this.work.run(scope, (tenant) => this.sessions.page(tenant, request));
		return { items: items.map((session) => ({ ...session, isCurrent: session.id === current })), next };
	}

	/** @throws AppError missing for a session that is not one's own, or is over. */
	async end(scope: Scope, sessionId: string): Promise<void> {
		await this.work.run(scope, async (tenant) => {
			const isOpen = await this.sessions.isOpen(tenant, sessionId);
			if (!isOpen) throw missing('Session');
			await this.revoke(tenant, sessionId, 'ended_by_owner');
			await this.events.session(tenant, 'session.revoke', sessionId);
		});
	}

	/** All of the caller's, also this one. */
	async endAllOwn(scope: Scope): Promise<void> {
		const userId = userIdOf(scope) ?? '';
		await this.work.run(scope, async (tenant) => {
			await this.endAll(tenant, userId, 'logout_all');
			await this.events.record(tenant, 'auth.logout_all', userId);
		});
	}

	/**
	 * Ends the session of a refresh token, and the one of the scope, where there is one: logging out twice, or with a token
	 * that is over, changes nothing and is no error.
	 */
	async logout(scope: Scope | undefined, refreshToken: string | undefined, client: Client): Promise<void> {
		if (scope?.actor.kind === 'user') await this.close(scope, scope.actor.sessionId);
		if (refreshToken === undefined || !isRefreshToken(refreshToken)) return;
		const owner = await this.sessions.findOwner(refreshToken);
		if (owner)
			await this.close(personScope(owner.organizationId, owner.userId, owner.sessionId, client), owner.sessionId);
	}

	private async close(scope: Scope, sessionId: string): Promise<void> {
		await this.work.run(scope, async (tenant) => {
			if (!(await this.sessions.isOpen(tenant, sessionId))) return;
			await this.revoke(tenant, sessionId, 'logout');
			await this.events.session(tenant, 'auth.logout', sessionId);
		});
	}

	/** Every replica forgets it once that is committed. */
	async revoke(tenant: TenantScope, sessionId: string, reason: string): Promise<void> {
		await this.sessions.revoke(tenant, sessionId, reason);
		tenant.transaction.onCommit(() => this.invalidations.publish('session', sessionId));
	}

	/** All sessions of a user, in whatever organizations; every replica forgets them once that is committed. Returns how many. */
	async endAll(tenant: TenantScope, userId: string, reason: string): Promise<number> {
		const ids = await this.sessions.revokeAll(tenant, userId, reason);
		tenant.transaction.onCommit(async () => {
			for (const id of ids) await this.invalidations.publish('session', id);
			await this.invalidations.publish('user', userId);
		});
		return ids.length;
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
		const target: Scope = Object.freeze({ ...personScope(organizationId, userId, sessionId), origin: scope.origin });
		await this.work.run(target, async (tenant) => {
			if (!(await this.sessions.move(tenant, sessionId)))
				throw new AppError('unauthenticated', 'session_ended', 'The session has ended: sign in again');
			await this.users.rememberOrganization(tenant, userId);
			await this.events.session(tenant, 'auth.switch', sessionId);
			tenant.transaction.onCommit(() => this.invalidations.publish('session', sessionId));
		});
		return target;
	}
}

const sessionIdOf = ({ actor }: Scope): string | undefined => (actor.kind === 'user' ? actor.sessionId : undefined);
