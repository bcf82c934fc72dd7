import type { KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Config, type SigningKey } from '#libs/config';
import { AppError } from '#libs/kernel';
import { ACCESS_TOKEN_AUDIENCE, ACCESS_TOKEN_TYPE } from './access-claims.js';

/** Nothing else may stand in the header: no key or address of one, no extension that we would have to understand. */
const header = z.strictObject({ alg: z.literal('ES256'), typ: z.literal(ACCESS_TOKEN_TYPE), kid: z.string().max(32) });

const HEADER_MAX = 512;

/** A public key as a JWK. */
export interface PublicKey {
	readonly kid: string;
	readonly use: 'sig';
	readonly alg: 'ES256';
	readonly kty: string;
	readonly crv: string;
	readonly x: string;
	readonly y: string;
}

/** The key pairs of access tokens: the first signs, all verify. */
@Injectable()
export class SigningKeys {
	/** Of `verify`: who must have issued the token, for whom, how it is signed. */
	readonly issuer: string;
	readonly audience = ACCESS_TOKEN_AUDIENCE;
	readonly algorithms = ['ES256'] as const;
	private readonly keys: ReadonlyMap<string, SigningKey>;

	constructor(config: Config) {
		this.issuer = config.http.PUBLIC_URL;
		this.keys = new Map((config.secrets.JWT_PRIVATE_KEY ?? []).map((key) => [key.kid, key]));
	}

	/** @throws AppError bug when none is configured. */
	get current(): SigningKey {
		const [key] = this.keys.values();
		if (!key) throw new AppError('bug', 'no_signing_key', 'No signing key is configured');
		return key;
	}

	/** What verifies access tokens, for others (RFC 7517): the signing one first. */
	get published(): readonly PublicKey[] {
		return [...this.keys.values()].map(({ kid, publicKey }) => {
			const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
			return { kid, use: 'sig', alg: 'ES256', kty: String(kty), crv: String(crv), x: String(x), y: String(y) };
		});
	}

	/** The public key that a token names, if its header is exactly one of ours; nothing is fetched, nothing is guessed. */
	publicKeyFor(token: string): KeyObject | undefined {
		const dot = token.indexOf('.');
		if (dot < 1 || dot > HEADER_MAX) return undefined;
		try {
			const { kid } = header.parse(JSON.parse(Buffer.from(token.slice(0, dot), 'base64url').toString('utf8')));
			return this.keys.get(kid)?.publicKey;
		} catch {
			return undefined; // not JSON, or not our header
		}
	}
}
