import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { newId, type Scope } from '#libs/kernel';
import { type Client, personScope } from './client.js';
import type { ProvenLogin } from './login.service.js';
import { SessionRepository } from './persistence/session.repository.js';
import { UserRepository } from './persistence/user.repository.js';
import { newRefreshToken } from './refresh-token.js';
import { SecurityEvents } from './security-events.js';

export interface StartedSession {
	/** Of its user, in its organization. */
	readonly scope: Scope;
	readonly sessionId: string;
	/** Shown once. */
	readonly refreshToken: string;
}

/** A session for somebody who has just proven who they are: with ids that nobody saw before. */
@Injectable()
export class SessionStart {
	constructor(
		private readonly work: UnitOfWork,
		private readonly sessions: SessionRepository,
		private readonly users: UserRepository,
		private readonly events: SecurityEvents,
	) {}

	async start({ userId, organizationId }: ProvenLogin, client: Client): Promise<StartedSession> {
		const sessionId = newId();
		const refreshToken = newRefreshToken();
		const scope = personScope(organizationId, userId, sessionId, client);
		await this.work.run(scope, async (tenant) => {
			await this.tellIfNew(tenant, userId, client);
			await this.sessions.insert(tenant, { id: sessionId, userId, ...client });
			await this.sessions.addToken(tenant, { userId, sessionId }, refreshToken);
			await this.users.rememberOrganization(tenant, userId);
			await this.events.session(tenant, 'auth.login', sessionId);
		});
		return { scope, sessionId, refreshToken };
	}

	private async tellIfNew(tenant: TenantScope, userId: string, client: Client): Promise<void> {
		if (!(await this.sessions.isNewClient(tenant, client))) return;
		const user = await this.users.findOwn(tenant, userId);
		if (user) await this.events.tellOfLogin(tenant, user);
	}
}
