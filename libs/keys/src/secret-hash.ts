import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError, type NamedSecret } from '#libs/kernel';

/** What is stored of a secret: without the pepper, which is not in the database, it cannot even be guessed at. */
export interface SecretHash {
	readonly hash: Buffer;
	readonly pepperKid: string;
}

const hmac = (pepper: NamedSecret, secret: string): Buffer =>
	createHmac('sha256', pepper.value).update(secret).digest();

/** Uses the first pepper. @throws AppError bug when none is configured. */
export function hashSecret(peppers: readonly NamedSecret[], secret: string): SecretHash {
	const [pepper] = peppers;
	if (!pepper) throw new AppError('bug', 'no_key_pepper', 'No key pepper is configured');
	return { hash: hmac(pepper, secret), pepperKid: pepper.kid };
}

/** In constant time. False when the pepper of that time is not configured any longer. */
export function isSecret(peppers: readonly NamedSecret[], secret: string, stored: SecretHash): boolean {
	const pepper = peppers.find(({ kid }) => kid === stored.pepperKid);
	return pepper !== undefined && stored.hash.length === 32 && timingSafeEqual(hmac(pepper, secret), stored.hash);
}
