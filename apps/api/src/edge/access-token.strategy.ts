import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { LRUCache } from 'lru-cache';
import { Strategy } from 'passport-jwt';
import type { z } from 'zod';
import { accessClaims, SigningKeys } from '#libs/identity';
import { Clock } from '#libs/kernel';
import { credentialIn } from './run-strategy.js';

type VerifiedClaims = z.output<typeof accessClaims>;

const CACHED_TOKENS = 10_000;

/**
 * Access tokens: signature (ES256 by a key of ours, named in the header), issuer, audience, type and expiry. Whether the
 * session behind one still holds is `SessionAuthenticator`'s question. Verified tokens are remembered by their whole digest.
 */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(Strategy, 'jwt') {
	private readonly verified = new LRUCache<string, VerifiedClaims>({ max: CACHED_TOKENS });

	constructor(
		keys: SigningKeys,
		private readonly clock: Clock,
	) {
		super({
			jwtFromRequest: credentialIn,
			secretOrKeyProvider: (_request, token: string, done) => {
				const key = keys.publicKeyFor(token);
				if (key === undefined) done(null, undefined);
				else done(null, key as never); // jsonwebtoken takes a KeyObject, its types do not say so
			},
			issuer: keys.issuer,
			audience: keys.audience,
			algorithms: [...keys.algorithms],
		});
	}

	override authenticate(request: unknown): void {
		const digest = hash('sha256', credentialIn(request), 'base64url');
		const known = this.verified.get(digest);
		if (known !== undefined && known.exp * 1_000 > this.clock.now().getTime()) return this.success(known);
		const succeed = this.success.bind(this);
		this.success = (claims: VerifiedClaims) => {
			this.verified.set(digest, claims);
			succeed(claims);
		};
		super.authenticate(request as never);
	}

	/** What passport asks of a token whose signature and times are good. */
	override validate(payload: unknown): VerifiedClaims | false {
		const claims = accessClaims.safeParse(payload);
		return claims.success && Object.freeze(claims.data);
	}
}
