import { createHash } from 'node:crypto';
import { AppError, type Scope, userIdOf } from '#libs/kernel';

/** A creating request that carries a key. */
export interface IdempotentRequest {
	/** Template of the route, with its method. */
	readonly route: string;
	/** What the client sent as Idempotency-Key. */
	readonly key: string;
	/** Digest of everything that the request asks for. */
	readonly fingerprint: Buffer;
}

export interface Answer {
	readonly status: number;
	/** JSON text. */
	readonly body: string;
}

/** Keys of two callers, or of two routes, never meet. */
export interface RequestIdentity extends IdempotentRequest {
	readonly principal: string;
}

const validKey = /^[\x21-\x7e]{1,255}$/;

/** @throws AppError invalid `invalid_idempotency_key` */
export function checkedKey(key: string): string {
	if (!validKey.test(key))
		throw new AppError(
			'invalid',
			'invalid_idempotency_key',
			'Idempotency-Key must have 1 to 255 visible ASCII characters',
		);
	return key;
}

export const fingerprintOf = (url: string, body: Buffer): Buffer =>
	createHash('sha256').update(url).update('\n').update(body).digest();

export const identify = (scope: Scope, request: IdempotentRequest): RequestIdentity => ({
	...request,
	principal: scope.actor.kind === 'key' ? `key:${scope.actor.keyId}` : `user:${userIdOf(scope) ?? 'system'}`,
});

/** The number of the advisory lock that one execution at a time holds. */
export const lockOf = (organizationId: string, { principal, route, key }: RequestIdentity): bigint =>
	createHash('sha256')
		.update(JSON.stringify([organizationId, principal, route, key]))
		.digest()
		.readBigInt64BE();
