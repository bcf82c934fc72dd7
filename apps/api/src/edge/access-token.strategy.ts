import { hash, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Strategy } from 'passport-jwt';
import { Config } from '#libs/config';
import { Clock, isUuid } from '#libs/kernel';
import { credentialIn } from './run-strategy.js';

/** Who signed-in people are, as their access token says; whether it still holds is `SessionAuthenticator`'s question. */
export interface AccessClaims {
	readonly sub: string;
	readonly sid: string;
	readonly org: string;
	readonly exp: number;
}

/** Whom our access tokens are for. */
export const ACCESS_TOKEN_AUDIENCE = 'parallama-api';
const CACHED_TOKENS = 10_000;
const MAX_AGE_SECONDS = 3_600;

/**
 * Access tokens: ES256 and nothing else, our own keys by `kid`, issuer, audience and type. A header that names another
 * source of keys, or an extension that we do not know, is refused. Verified tokens are remembered by their whole digest.
 */
@Injectable()
export class AccessTokenStrategy extends Strategy {
	private readonly verified = new LRUCache<string, AccessClaims>({ max: CACHED_TOKENS });

	constructor(
		config: Config,
		private readonly clock: Clock,
	) {
		const keys = new Map(config.secrets.JWT_PRIVATE_KEY?.map(({ kid, publicKey }) => [kid, publicKey]));
		super(
			{
				jwtFromRequest: credentialIn,
				secretOrKeyProvider: (_request, token: string, done) => {
					const key = keyFor(token, keys);
					if (key === undefined) done(new Error('no key of ours signed it'));
					else done(null, key as never); // jsonwebtoken takes a KeyObject
				},
				issuer: config.http.PUBLIC_URL,
				audience: ACCESS_TOKEN_AUDIENCE,
				algorithms: ['ES256'],
				jsonWebTokenOptions: { maxAge: MAX_AGE_SECONDS },
			},
			(payload: unknown, done: (error: unknown, claims?: AccessClaims | false) => void) =>
				done(null, claimsOf(payload) ?? false),
		);
	}

	override authenticate(request: unknown): void {
		const digest = hash('sha256', credentialIn(request), 'base64url');
		const known = this.verified.get(digest);
		if (known !== undefined && known.exp * 1_000 > this.clock.now().getTime()) return this.success(known);
		const { success } = this;
		this.success = (claims: AccessClaims) => {
			this.verified.set(digest, claims);
			success.call(this, claims);
		};
		super.authenticate(request as never);
	}
}

const segment = (text: string | undefined): Record<string, unknown> | undefined => {
	try {
		const value: unknown = JSON.parse(Buffer.from(text ?? '', 'base64url').toString('utf8'));
		return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
	} catch {
		return undefined;
	}
};

const allowedHeader = new Set(['alg', 'typ', 'kid']);

function keyFor(token: string, keys: ReadonlyMap<string, KeyObject>): KeyObject | undefined {
	const header = segment(token.split('.', 1)[0]);
	if (header === undefined || Object.keys(header).some((name) => !allowedHeader.has(name))) return undefined;
	if (header.alg !== 'ES256' || header.typ !== 'at+jwt' || typeof header.kid !== 'string') return undefined;
	return keys.get(header.kid);
}

function claimsOf(payload: unknown): AccessClaims | undefined {
	const { sub, sid, org, exp } = payload as Record<string, unknown>;
	if (!isUuid(sub) || !isUuid(sid) || !isUuid(org) || typeof exp !== 'number') return undefined;
	return Object.freeze({ sub, sid, org, exp } as AccessClaims);
}

