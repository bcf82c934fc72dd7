import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Principal, PrincipalCache, type ProvenPrincipal } from '#libs/access';
import { Config } from '#libs/config';
import { AppError, Clock, type NamedSecret } from '#libs/kernel';
import { epochField, Invalidations } from '#libs/redis';
import { KEY_LENGTH, parseKey } from './key-format.js';
import { effectiveRights } from './key-rights.js';
import { type KeyCredentialRow, KeyCredentials } from './persistence/key-credentials.js';
import { isSecret } from './secret-hash.js';

const digestOf = (credential: string): string => hash('sha256', credential, 'base64');

/** One answer for every key that does not work, so that nobody learns why. */
const refusal = () => new AppError('unauthenticated', 'invalid_api_key', 'The API key is not valid');

/**
 * Turns an API key into a principal. What cannot be a key is refused without a query; a known one is answered from memory
 * at once. PostgreSQL is the truth, asked again every few seconds.
 */
@Injectable()
export class KeyAuthenticator {
	private readonly cache: PrincipalCache<string>;
	private readonly peppers: readonly NamedSecret[];

	constructor(
		config: Config,
		private readonly clock: Clock,
		private readonly credentials: KeyCredentials,
		invalidations: Invalidations,
	) {
		this.peppers = config.secrets.KEY_PEPPER ?? [];
		this.cache = new PrincipalCache(clock, (credential) => this.prove(credential));
		invalidations.on('key', (id) => this.cache.forgetCredential(id));
		invalidations.on('user', (id) => this.cache.forgetUser(id));
	}

	/** At once and without a promise when it is cached. `undefined` when it has to be asked for: then `authenticate`. */
	known(credential: string): Principal | undefined {
		return credential.length === KEY_LENGTH ? this.cache.peek(digestOf(credential), credential) : undefined;
	}

	/**
	 * @throws AppError unauthenticated `invalid_api_key`: malformed, unknown, wrong, revoked, expired, owner disabled.
	 * @throws AppError unavailable when it is not known and PostgreSQL is away.
	 */
	authenticate(credential: string): Principal | Promise<Principal> {
		if (credential.length !== KEY_LENGTH) throw refusal();
		const digest = digestOf(credential);
		const known = this.cache.peek(digest, credential);
		if (known !== undefined) return known;
		if (parseKey(credential) === undefined) throw refusal();
		return this.cache.ask(digest, credential);
	}

	/** The next call asks PostgreSQL. */
	forget(credential: string): void {
		this.cache.forget(digestOf(credential));
	}

	private async prove(credential: string): Promise<ProvenPrincipal> {
		const parts = parseKey(credential);
		const row = parts && (await this.credentials.find(parts.keyId));
		if (!parts || !row || !isSecret(this.peppers, parts.secret, row)) throw refusal();
		const validForMs = row.expiresAt === null ? undefined : row.expiresAt.getTime() - this.clock.now().getTime();
		if (row.revokedAt !== null || !row.isActive || (validForMs !== undefined && validForMs <= 0)) throw refusal();
		return { principal: principalOf(row), credentialId: row.id, userId: row.userId, validForMs };
	}
}

const principalOf = (row: KeyCredentialRow): Principal =>
	Object.freeze({
		organizationId: row.organizationId,
		actor: Object.freeze({ kind: 'key', userId: row.userId, keyId: row.id } as const),
		permissions: effectiveRights(row.permissions, row.scopes),
		projectId: row.projectId,
		epochs: Object.freeze([epochField.key(row.id), row.epoch, epochField.membership(row.userId), row.membershipEpoch]),
	});
