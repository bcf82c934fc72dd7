import { Injectable } from '@nestjs/common';
import { modelAccessOf, type Principal, PrincipalCache, type ProvenPrincipal } from '#libs/access';
import { AppError, Clock, SYSTEM_ORGANIZATION_ID } from '#libs/kernel';
import { epochField, Invalidations } from '#libs/redis';
import type { AccessClaims } from './access-claims.js';
import { SessionCredentials } from './persistence/session-credentials.js';

const cacheKey = ({ sub, sid, org }: AccessClaims): string => `${sid} ${org} ${sub}`;

/** Turns the claims of a verified access token into a principal, as long as session, user and membership are good. */
@Injectable()
export class SessionAuthenticator {
	private readonly cache: PrincipalCache<AccessClaims>;

	constructor(
		clock: Clock,
		private readonly credentials: SessionCredentials,
		invalidations: Invalidations,
	) {
		this.cache = new PrincipalCache(clock, (claims) => this.prove(claims));
		invalidations.on('session', (id) => this.cache.forgetCredential(id));
		invalidations.on('user', (id) => this.cache.forgetUser(id));
	}

	/**
	 * @throws AppError unauthenticated `session_ended`: logged out, expired, switched away, user or membership not active.
	 * @throws AppError unavailable when it is not known and PostgreSQL is away.
	 */
	authenticate(claims: AccessClaims): Principal | Promise<Principal> {
		const key = cacheKey(claims);
		return this.cache.peek(key, claims) ?? this.cache.ask(key, claims);
	}

	/** The next call asks PostgreSQL. */
	forget(claims: AccessClaims): void {
		this.cache.forget(cacheKey(claims));
	}

	private async prove(claims: AccessClaims): Promise<ProvenPrincipal> {
		const row = await this.credentials.find(claims);
		if (!row) throw new AppError('unauthenticated', 'session_ended', 'The session has ended: sign in again');
		// rights of the installation are held in the system organization; nowhere else do they count
		const held = row.permissions.filter(
			(name) => claims.org === SYSTEM_ORGANIZATION_ID || !name.startsWith('instance:'),
		);
		const principal: Principal = Object.freeze({
			organizationId: claims.org,
			actor: Object.freeze({ kind: 'user', userId: claims.sub, sessionId: claims.sid } as const),
			permissions: new Set(['account:self', ...held]),
			projectId: row.projectId ?? undefined,
			models: modelAccessOf([row.roleRules]),
			addresses: undefined,
			epochs: Object.freeze([epochField.membership(claims.sub), row.membershipEpoch]),
		});
		return { principal, credentialId: claims.sid, userId: claims.sub, validForMs: undefined };
	}
}
