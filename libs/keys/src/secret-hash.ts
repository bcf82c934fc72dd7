import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { AppError, type NamedSecret } from '#libs/kernel';

/** What is stored of a secret: without the pepper, which is not in the database, it cannot even be guessed at. */
export interface SecretHash {
	readonly hash: Buffer;
	readonly pepperKid: string;
}

/** Made once: given as bytes, Node would import the pepper anew for every hash, which costs five times the hash. */
const imported = new WeakMap<NamedSecret, KeyObject>();

function hmac(pepper: NamedSecret, secret: string): Buffer {
	let key = imported.get(pepper);
	if (key === undefined) imported.set(pepper, (key = createSecretKey(pepper.value)));
	return createHmac('sha256', key).update(secret).digest();
}

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
