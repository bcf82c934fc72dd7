import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { type AccessClaims, SessionAuthenticator } from '#libs/identity';
import { AppError } from '#libs/kernel';
import { KeyAuthenticator } from '#libs/keys';
import { AccessTokenStrategy } from './access-token.strategy.js';
import { ApiKeyStrategy } from './api-key.strategy.js';
import { type Credential, credentialOf } from './credentials.js';
import { runStrategy } from './run-strategy.js';

const KEY_PREFIX = 'pl_';

/** Who is calling, by the same rule for controllers and dialect routes. Synchronous when the caller is cached. */
@Injectable()
export class Authenticator {
	constructor(
		private readonly apiKeys: ApiKeyStrategy,
		private readonly accessTokens: AccessTokenStrategy,
		private readonly keys: KeyAuthenticator,
		private readonly sessions: SessionAuthenticator,
	) {}

	/** @throws AppError unauthenticated; invalid `conflicting_credentials` */
	authenticate(headers: IncomingHttpHeaders): Principal | Promise<Principal> {
		const credential = credentialOf(headers);
		if (credential.value.startsWith(KEY_PREFIX)) return runStrategy<Principal>(this.apiKeys, credential.value);
		refuseForeign(credential);
		const claims = runStrategy<AccessClaims>(this.accessTokens, credential.value);
		if (claims instanceof Promise) return claims.then((known) => this.sessions.authenticate(known));
		return this.sessions.authenticate(claims);
	}

	/** The next call of this caller asks PostgreSQL. */
	forget(headers: IncomingHttpHeaders): void {
		const { value } = credentialOf(headers);
		if (value.startsWith(KEY_PREFIX)) return this.keys.forget(value);
		const claims = runStrategy<AccessClaims>(this.accessTokens, value);
		if (!(claims instanceof Promise)) return this.sessions.forget(claims);
		claims.then(
			(known) => this.sessions.forget(known),
			() => undefined, // not a good token (any longer): there is nothing to forget
		);
	}
}

/** Neither a key of ours nor three dot-separated parts in a Bearer header: not worth a signature check. */
function refuseForeign({ value, isBearer }: Credential): void {
	const first = value.indexOf('.');
	const second = value.indexOf('.', first + 1);
	if (!isBearer || first < 1 || second === -1 || value.includes('.', second + 1))
		throw new AppError('unauthenticated', 'invalid_api_key', 'The API key is not valid');
}
