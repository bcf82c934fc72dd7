import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { Scope } from '#libs/kernel';
import { ACCESS_TOKEN_SECONDS, ACCESS_TOKEN_TYPE, type AccessClaims } from './access-claims.js';
import { SigningKeys } from './signing-keys.js';

export interface AccessToken {
	readonly accessToken: string;
	/** Seconds. */
	readonly expiresIn: number;
}

/** Signs who somebody is for ten minutes. */
@Injectable()
export class AccessTokens {
	private readonly jwt = new JwtService();

	constructor(private readonly keys: SigningKeys) {}

	/** For a scope of a person with a session. */
	issueFor({ organizationId, actor }: Scope): AccessToken {
		const person = actor.kind === 'user' ? actor : { userId: '', sessionId: '' };
		return this.issue({ sub: person.userId, sid: person.sessionId, org: organizationId });
	}

	issue({ sub, sid, org }: AccessClaims): AccessToken {
		const { kid, privateKey } = this.keys.current;
		const accessToken = this.jwt.sign(
			{ sid, org },
			{
				privateKey: privateKey as never, // a KeyObject: the declared type knows texts only
				algorithm: 'ES256',
				header: { alg: 'ES256', typ: ACCESS_TOKEN_TYPE, kid },
				subject: sub,
				issuer: this.keys.issuer,
				audience: this.keys.audience,
				expiresIn: ACCESS_TOKEN_SECONDS,
			},
		);
		return { accessToken, expiresIn: ACCESS_TOKEN_SECONDS };
	}
}
