import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '#libs/access';
import { type AccessClaims, SessionAuthenticator } from '#libs/identity';
import { AppError } from '#libs/kernel';
import { KeyAuthenticator, KeyDenials, KeyDenied, keyRefusal } from '#libs/keys';
import { AccessTokenStrategy } from './access-token.strategy.js';
import { ApiKeyStrategy } from './api-key.strategy.js';
import { type Credential, credentialOf } from './credentials.js';
import { RequestOrigin } from './request-origin.js';
import { runStrategy } from './run-strategy.js';

const KEY_PREFIX = 'pl_';

/** What an authentication looks at. */
type CallingRequest = Pick<FastifyRequest, 'headers' | 'ip'>;

/** Who is calling, by the same rule for controllers and dialect routes. Synchronous when the caller is cached. */
@Injectable()
export class Authenticator {
	constructor(
		private readonly apiKeys: ApiKeyStrategy,
		private readonly accessTokens: AccessTokenStrategy,
		private readonly keys: KeyAuthenticator,
		private readonly sessions: SessionAuthenticator,
		private readonly denials: KeyDenials,
	) {}

	/** @throws AppError unauthenticated; invalid `conflicting_credentials` */
	authenticate(request: CallingRequest): Principal | Promise<Principal> {
		const credential = credentialOf(request.headers);
		if (credential.value.startsWith(KEY_PREFIX)) return this.byKey(credential.value, request);
		refuseForeign(credential);
		const claims = runStrategy<AccessClaims>(this.accessTokens, credential.value);
		if (claims instanceof Promise) return claims.then((known) => this.sessions.authenticate(known));
		return this.sessions.authenticate(claims);
	}

	/** Notes the refusal of a key that is one of ours. Nobody waits for it. */
	refused(error: unknown, request: FastifyRequest): void {
		void this.denials.note(error, request.id, new RequestOrigin(request));
	}

	private byKey(credential: string, request: CallingRequest): Principal | Promise<Principal> {
		const principal = this.keys.known(credential) ?? runStrategy<Principal>(this.apiKeys, credential);
		if (principal instanceof Promise) return principal.then((known) => demandAddress(known, request));
		return demandAddress(principal, request);
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

/** A key may be good at some addresses only; elsewhere it answers as one that is not good at all. */
function demandAddress(principal: Principal, request: CallingRequest): Principal {
	const { addresses, actor, organizationId } = principal;
	if (addresses === undefined || actor.kind !== 'key' || addresses.contains(request.ip)) return principal;
	throw keyRefusal(new KeyDenied({ organizationId, id: actor.keyId, userId: actor.userId }, 'address'));
}

/** Neither a key of ours nor three dot-separated parts in a Bearer header: not worth a signature check. */
function refuseForeign({ value, isBearer }: Credential): void {
	const first = value.indexOf('.');
	const second = value.indexOf('.', first + 1);
	if (!isBearer || first < 1 || second === -1 || value.includes('.', second + 1))
		throw new AppError('unauthenticated', 'invalid_api_key', 'The API key is not valid');
}
