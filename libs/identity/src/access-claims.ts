import { z } from 'zod';

/** Seconds that an access token lives. */
export const ACCESS_TOKEN_SECONDS = 600;
export const ACCESS_TOKEN_AUDIENCE = 'parallama';
export const ACCESS_TOKEN_TYPE = 'at+jwt';

const id = z.uuid().lowercase();
const seconds = z.number().int().positive();

/** What a verified access token says. Signature, issuer, audience and expiry are checked before. */
export const accessClaims = z
	.object({ sub: id, sid: id, org: id, iat: seconds, exp: seconds })
	.refine(({ iat, exp }) => exp - iat === ACCESS_TOKEN_SECONDS, 'lives too long');

export type AccessClaims = Pick<z.output<typeof accessClaims>, 'sub' | 'sid' | 'org'>;
