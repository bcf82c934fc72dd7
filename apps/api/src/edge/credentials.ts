import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '#libs/kernel';

/** What a request proves itself with. Only `Authorization: Bearer` can carry an access token; the others carry keys. */
export interface Credential {
	readonly value: string;
	readonly isBearer: boolean;
}

const MAX_LENGTH = 4_096;
/** RFC 6750's b68token: no white space, no control characters, no comma (which joins repeated headers). */
const wellFormed = /^[\w.~+/-]+=*$/;
const bearer = /^bearer +/i;

const invalid = (): AppError => new AppError('unauthenticated', 'invalid_credentials', 'The credentials are malformed');

/**
 * The one credential of a request. Equal values in several carriers count as one; the query string and Basic are never
 * looked at.
 * @throws AppError unauthenticated `missing_credentials`, `invalid_credentials`; invalid `conflicting_credentials`
 */
export function credentialOf(headers: IncomingHttpHeaders): Credential {
	const { authorization } = headers;
	const key = single(headers['x-api-key'], headers['api-key']);
	const token = authorization === undefined ? undefined : bearerToken(authorization);
	if (token !== undefined) {
		if (key !== undefined && key !== token) throw conflicting();
		return { value: token, isBearer: true };
	}
	if (key === undefined) throw missingCredentials(authorization);
	return { value: key, isBearer: false };
}

/** Whether a request carries anything that `credentialOf` would look at. */
export const hasCredential = (headers: IncomingHttpHeaders): boolean =>
	headers.authorization !== undefined || headers['x-api-key'] !== undefined || headers['api-key'] !== undefined;

function single(first: string | string[] | undefined, second: string | string[] | undefined): string | undefined {
	if (first === undefined && second === undefined) return undefined;
	if (first !== undefined && second !== undefined && String(first) !== String(second)) throw conflicting();
	return checked(String(first ?? second));
}

function bearerToken(header: string): string | undefined {
	// the common spelling without a regular expression
	if (header.startsWith('Bearer ') && header.charCodeAt(7) !== 32) return checked(header.slice(7));
	const scheme = bearer.exec(header);
	return scheme === null ? undefined : checked(header.slice(scheme[0].length));
}

function checked(value: string): string {
	if (value.length > MAX_LENGTH || !wellFormed.test(value)) throw invalid();
	return value;
}

const conflicting = (): AppError =>
	new AppError('invalid', 'conflicting_credentials', 'The request carries two different credentials: send one');

const missingCredentials = (authorization: string | undefined): AppError =>
	new AppError(
		'unauthenticated',
		'missing_credentials',
		authorization === undefined
			? 'No credentials: send an API key or an access token as "Authorization: Bearer …"'
			: 'Only the Bearer scheme is accepted: send "Authorization: Bearer …"',
	);
