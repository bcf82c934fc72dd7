import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Principal, PrincipalCache, type ProvenPrincipal } from '#libs/access';
import { Config } from '#libs/config';
import { Clock, type NamedSecret } from '#libs/kernel';
import { Invalidations } from '#libs/redis';
import { KeyDenied, keyRefusal } from './key-denied.js';
import { KEY_LENGTH, parseKey } from './key-format.js';
import { keyPrincipal } from './key-principal.js';
import { validFor } from './key-rights.js';
import { KeyUses } from './key-uses.js';
import { type KeyCredentialRow, KeyCredentials } from './persistence/key-credentials.js';
import { isSecret } from './secret-hash.js';

const digestOf = (credential: string): string => hash('sha256', credential, 'base64');

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
		private readonly uses: KeyUses,
		invalidations: Invalidations,
	) {
		this.peppers = config.secrets.KEY_PEPPER ?? [];
		this.cache = new PrincipalCache(clock, (credential) => this.prove(credential));
		uses.collectFrom(() => this.cache.tellUses());
		invalidations.on('key', (id) => this.cache.forgetCredential(id));
		invalidations.on('user', (id) => this.cache.forgetUser(id));
	}

	/** At once and without a promise when it is cached. `undefined` when it has to be asked for: then `authenticate`. */
	known(credential: string): Principal | undefined {
		return credential.length === KEY_LENGTH ? this.cache.peek(digestOf(credential), credential) : undefined;
	}

	/**
	 * @throws AppError unauthenticated `invalid_api_key`: malformed, unknown, wrong, revoked, expired, owner disabled; its cause is
	 * a `KeyDenied` when the key is one of ours.
	 * @throws AppError unavailable when it is not known and PostgreSQL is away.
	 */
	authenticate(credential: string): Principal | Promise<Principal> {
		if (credential.length !== KEY_LENGTH) throw keyRefusal();
		const digest = digestOf(credential);
		const known = this.cache.peek(digest, credential);
		if (known !== undefined) return known;
		if (parseKey(credential) === undefined) throw keyRefusal();
		return this.cache.ask(digest, credential);
	}

	/** The next call asks PostgreSQL. */
	forget(credential: string): void {
		this.cache.forget(digestOf(credential));
	}

	private async prove(credential: string): Promise<ProvenPrincipal> {
		const parts = parseKey(credential);
		const row = parts && (await this.credentials.find(parts.keyId));
		if (!parts || !row) throw keyRefusal();
		return this.judge(row, parts.secret);
	}

	/** What is known of a key and the secret that came with it, as a principal. Without a query. */
	judge(row: KeyCredentialRow, secret: string): ProvenPrincipal {
		const now = this.clock.now().getTime();
		const overlapMs = row.previousExpiresAt === null ? undefined : row.previousExpiresAt.getTime() - now;
		const isPrevious = !isSecret(this.peppers, secret, row);
		if (isPrevious && !this.isPrevious(row, secret, overlapMs)) throw keyRefusal();
		const { chain, organizationId, id, userId } = row;
		const left = validFor(chain, now);
		const reason = denialOf(chain, left);
		if (reason !== undefined) throw keyRefusal(new KeyDenied({ organizationId, id, userId }, reason));
		return {
			principal: keyPrincipal(row),
			credentialId: id,
			userId,
			validForMs: isPrevious ? Math.min(left ?? Number.POSITIVE_INFINITY, overlapMs ?? 0) : left,
			onUsed: (at) => this.uses.note(id, isPrevious, at),
		};
	}

	private isPrevious(row: KeyCredentialRow, secret: string, overlapMs: number | undefined): boolean {
		const { previousHash: hashed, previousPepperKid: pepperKid } = row;
		if (hashed === null || pepperKid === null || overlapMs === undefined || overlapMs <= 0) return false;
		return isSecret(this.peppers, secret, { hash: hashed, pepperKid });
	}
}

function denialOf(chain: KeyCredentialRow['chain'], leftMs: number | undefined): KeyDenied['reason'] | undefined {
	if (chain.some(({ isRevoked }) => isRevoked)) return 'revoked';
	if (leftMs !== undefined && leftMs <= 0) return 'expired';
	return chain.every(({ isActive }) => isActive) ? undefined : 'owner_inactive';
}
