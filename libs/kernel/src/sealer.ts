import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from './app-error.js';

/** A named secret. The first of a list is used for new work, all of them for old. */
export interface NamedSecret {
	readonly kid: string;
	readonly value: Buffer;
}

/**
 * AES-256-GCM with named keys. The sealed form is `kid.base64url(nonce | ciphertext | tag)`; `context` (organization, row,
 * column) is authenticated, so a sealed value moved to another row does not open.
 */
export class Sealer {
	constructor(private readonly keys: readonly NamedSecret[]) {}

	seal(plain: string, context: string): string {
		const [key] = this.keys;
		if (!key) throw new AppError('bug', 'no_encryption_key', 'No encryption key is configured');
		const nonce = randomBytes(12);
		const cipher = createCipheriv('aes-256-gcm', key.value, nonce).setAAD(Buffer.from(context));
		const body = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
		return `${key.kid}.${body.toString('base64url')}`;
	}

	/** The same under the first key; `undefined` when it is already. @throws AppError bug `unsealable` */
	reseal(sealed: string, context: string): string | undefined {
		if (sealed.startsWith(`${this.keys[0]?.kid}.`)) return undefined;
		return this.seal(this.open(sealed, context), context);
	}

	/** @throws AppError bug `unsealable` when no key fits, the context differs or the value was altered. */
	open(sealed: string, context: string): string {
		const dot = sealed.indexOf('.');
		const kid = sealed.slice(0, dot);
		const body = Buffer.from(sealed.slice(dot + 1), 'base64url');
		const named = this.keys.filter((key) => key.kid === kid);
		for (const key of named.length > 0 ? named : this.keys) {
			const plain = tryOpen(key.value, body, context);
			if (plain !== undefined) return plain;
		}
		throw new AppError('bug', 'unsealable', 'A stored secret could not be decrypted');
	}
}

const TAG_BYTES = 16;

function tryOpen(key: Buffer, body: Buffer, context: string): string | undefined {
	try {
		const nonce = body.subarray(0, 12);
		// without the length, Node would take a shorter tag, which is easier to forge
		const options = { authTagLength: TAG_BYTES };
		const decipher = createDecipheriv('aes-256-gcm', key, nonce, options).setAAD(Buffer.from(context));
		decipher.setAuthTag(body.subarray(-TAG_BYTES));
		return Buffer.concat([decipher.update(body.subarray(12, -TAG_BYTES)), decipher.final()]).toString('utf8');
	} catch {
		return undefined; // wrong key, other context, altered
	}
}
