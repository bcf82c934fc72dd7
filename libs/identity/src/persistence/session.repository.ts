import { Injectable } from '@nestjs/common';
import { Config } from '#libs/config';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { newId, type Page, pageOf, type PageRequest, Sealer, storableText } from '#libs/kernel';
import { ABSOLUTE_DAYS, GRACE_MS, IDLE_DAYS, refreshTokenHash, type TokenState } from '../refresh-token.js';
import { SessionEntity } from './session.entity.js';
import { successorContext } from '../sealed-successors.js';

/** Whose a token is: enough to open a transaction for. */
export interface TokenOwner {
	readonly id: string;
	readonly sessionId: string;
	readonly userId: string;
	readonly organizationId: string;
}

export interface LockedToken extends TokenState {
	readonly successorSealed: string | null;
}

/** A session as its owner sees it. */
export interface Session {
	readonly id: string;
	readonly organizationId: string;
	readonly ip: string | null;
	readonly userAgent: string | null;
	readonly createdAt: Date;
	readonly lastUsedAt: Date;
	readonly expiresAt: Date;
}

export interface NewSession {
	readonly id: string;
	readonly userId: string;
	readonly userAgent: string | undefined;
	readonly ip: string;
}

/** Sessions and their refresh tokens. Row-level security shows them to their own user only. */
@Injectable()
export class SessionRepository {
	private readonly sealer: Sealer;

	constructor(
		private readonly work: UnitOfWork,
		config: Config,
	) {
		this.sealer = new Sealer(config.secrets.ENCRYPTION_KEY ?? []);
	}

	/** Of whatever organization: nobody is signed in yet. */
	async findOwner(token: string): Promise<TokenOwner | undefined> {
		const [row] = await this.work.callDefiner<TokenOwner>(
			`SELECT id, session_id AS "sessionId", user_id AS "userId", organization_id AS "organizationId"
			FROM find_refresh_token($1)`,
			[refreshTokenHash(token)],
		);
		return row;
	}

	async insert(scope: TenantScope, session: NewSession): Promise<void> {
		await scope.transaction.manager.query(
			`INSERT INTO sessions (organization_id, id, user_id, user_agent, ip, expires_at)
			VALUES ($1, $2, $3, $4, $5, now() + make_interval(days => $6))`,
			[
				scope.organizationId,
				session.id,
				session.userId,
				session.userAgent === undefined ? null : storableText(session.userAgent),
				session.ip,
				ABSOLUTE_DAYS,
			],
		);
	}

	async addToken(scope: TenantScope, { userId, sessionId }: Pick<TokenOwner, 'userId' | 'sessionId'>, token: string) {
		await scope.transaction.manager.query(
			`INSERT INTO refresh_tokens (organization_id, id, user_id, session_id, token_hash, expires_at)
			SELECT $1, $2, $3, s.id, $5, least(s.expires_at, now() + make_interval(days => $6)) FROM sessions s WHERE s.id = $4`,
			[scope.organizationId, newId(), userId, sessionId, refreshTokenHash(token), IDLE_DAYS],
		);
	}

	/**
	 * Locks the session, so that its tokens are exchanged one after the other, and reads the token as it is then: with the
	 * clock of that moment, since the transaction may have waited. A session that has moved to another organization meanwhile
	 * counts as closed here.
	 */
	async lock(scope: TenantScope, owner: TokenOwner): Promise<LockedToken | undefined> {
		await scope.transaction.manager.query('SELECT FROM sessions WHERE id = $1 FOR UPDATE', [owner.sessionId]);
		const [row] = await scope.transaction.manager.query<LockedToken[]>(
			`SELECT s.revoked_at IS NULL AND s.expires_at > clock_timestamp() AND s.organization_id = $3 AS "isSessionOpen",
				t.expires_at <= clock_timestamp() AS "isExpired",
				extract(epoch FROM clock_timestamp() - t.used_at)::double precision * 1000 AS "usedForMs",
				t.successor_sealed AS "successorSealed", t.successor_sealed IS NOT NULL AS "hasSuccessor"
			FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.id = $1 AND s.id = $2`,
			[owner.id, owner.sessionId, scope.organizationId],
		);
		return row;
	}

	/** What `exchange` kept. */
	successorOf(owner: TokenOwner, sealed: string): string {
		return this.sealer.open(sealed, successorContext(owner.id));
	}

	/** Marks a token as used and adds the one that follows it; forgets successors that cannot be asked for any more. */
	async exchange(scope: TenantScope, owner: TokenOwner, successor: string): Promise<void> {
		const { manager } = scope.transaction;
		await manager.query(
			`UPDATE refresh_tokens SET successor_sealed = NULL, organization_id = $2, updated_at = now()
			WHERE session_id = $1 AND successor_sealed IS NOT NULL AND used_at < clock_timestamp() - make_interval(secs => $3)`,
			[owner.sessionId, scope.organizationId, GRACE_MS / 1_000],
		);
		await manager.query(
			`UPDATE refresh_tokens SET used_at = clock_timestamp(), successor_sealed = $2, organization_id = $3, updated_at = now()
			WHERE id = $1`,
			[owner.id, this.sealer.seal(successor, successorContext(owner.id)), scope.organizationId],
		);
		await manager.update(
			SessionEntity,
			{ id: owner.sessionId },
			{ lastUsedAt: () => 'now()', updatedAt: () => 'now()' },
		);
		await this.addToken(scope, owner, successor);
	}

	/** Of the scope's user, open ones, newest first. */
	async page(scope: TenantScope, { limit, after }: PageRequest): Promise<Page<Session>> {
		const rows = await scope.transaction.manager.query<Session[]>(
			`SELECT id, organization_id AS "organizationId", ip, user_agent AS "userAgent", created_at AS "createdAt",
				last_used_at AS "lastUsedAt", expires_at AS "expiresAt" FROM sessions
			WHERE revoked_at IS NULL AND expires_at > now() AND ($1::uuid IS NULL OR id < $1) ORDER BY id DESC LIMIT $2`,
			[after ?? null, limit + 1],
		);
		return pageOf(rows, limit);
	}

	/** Whether the scope's user has such a session, and it is not over. */
	async isOpen(scope: TenantScope, sessionId: string): Promise<boolean> {
		const rows = await scope.transaction.manager.query<unknown[]>(
			'SELECT 1 FROM sessions WHERE id = $1 AND revoked_at IS NULL AND expires_at > now()',
			[sessionId],
		);
		return rows.length === 1;
	}

	/** The scope's user signed in before, but neither from that address nor by that program. */
	async isNewClient(scope: TenantScope, { ip, userAgent }: Pick<NewSession, 'ip' | 'userAgent'>): Promise<boolean> {
		const [row] = await scope.transaction.manager.query<{ isNew: boolean | null }[]>(
			`SELECT NOT bool_or(ip = $1 AND user_agent IS NOT DISTINCT FROM $2) AS "isNew" FROM sessions`,
			[ip, userAgent === undefined ? null : storableText(userAgent)],
		);
		return row?.isNew ?? false;
	}

	/** Its owner has just given their password again. */
	async authenticated(scope: TenantScope, sessionId: string): Promise<void> {
		await scope.transaction.manager.query(
			`UPDATE sessions SET authenticated_at = clock_timestamp(), organization_id = $2, updated_at = now()
			WHERE id = $1 AND revoked_at IS NULL`,
			[sessionId, scope.organizationId],
		);
	}

	async isFresh(scope: TenantScope, sessionId: string, withinMs: number): Promise<boolean> {
		const rows = await scope.transaction.manager.query<unknown[]>(
			`SELECT 1 FROM sessions WHERE id = $1 AND revoked_at IS NULL
				AND authenticated_at > clock_timestamp() - make_interval(secs => $2)`,
			[sessionId, withinMs / 1_000],
		);
		return rows.length === 1;
	}

	/** Of one user, in whatever organizations. Returns their ids. */
	async revokeAll(scope: TenantScope, userId: string, reason: string): Promise<string[]> {
		const rows = await scope.transaction.manager.query<{ id: string }[]>(
			'SELECT id FROM revoke_sessions($1, $2) AS id',
			[userId, reason],
		);
		return rows.map(({ id }) => id);
	}

	/** Ends it and all its tokens. */
	async revoke(scope: TenantScope, sessionId: string, reason: string): Promise<void> {
		await scope.transaction.manager.query(
			`UPDATE sessions SET revoked_at = now(), revoked_reason = $2, organization_id = $3, updated_at = now()
			WHERE id = $1 AND revoked_at IS NULL`,
			[sessionId, reason, scope.organizationId],
		);
	}

	/** Sessions and refresh tokens that are over for so long, at most so many of each; and requests. Returns how many sessions. */
	async purge(days: number, limit: number): Promise<number> {
		const [row] = await this.work.callDefiner<{ gone: number }>('SELECT purge_sessions($1, $2) AS gone', [days, limit]);
		return row?.gone ?? 0;
	}

	/** In a scope of the organization that it moves to. Returns false when it is over. */
	async move(scope: TenantScope, sessionId: string): Promise<boolean> {
		const result = await scope.transaction.manager
			.createQueryBuilder()
			.update(SessionEntity)
			.set({ organizationId: scope.organizationId, updatedAt: () => 'now()' })
			.where('id = :sessionId AND revoked_at IS NULL AND expires_at > now()', { sessionId })
			.execute();
		return result.affected === 1;
	}
}
