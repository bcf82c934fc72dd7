import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PREFIX = 'pl_';
const KEY_ID_LENGTH = 12;
const SECRET_LENGTH = 32; // 190 bits
const CHECKSUM_LENGTH = 6;
const BODY_LENGTH = PREFIX.length + KEY_ID_LENGTH + 1 + SECRET_LENGTH;

/** Characters of every API key: nothing shorter or longer is one. */
export const KEY_LENGTH = BODY_LENGTH + CHECKSUM_LENGTH;

const shape = /^pl_([0-9A-Za-z]{12})_([0-9A-Za-z]{32})[0-9A-Za-z]{6}$/;

/** The public half, which finds the row, and the secret half, which proves the holder. */
export interface KeyParts {
	readonly keyId: string;
	readonly secret: string;
}

export interface NewKey extends KeyParts {
	/** What the holder presents; shown once. */
	readonly credential: string;
}

/** A new key `pl_<keyId>_<secret><checksum>` from the system's random source, or another secret for a public id. */
export function generateKey(keyId: string = randomBase62(KEY_ID_LENGTH)): NewKey {
	const secret = randomBase62(SECRET_LENGTH);
	const body = `${PREFIX}${keyId}_${secret}`;
	return { keyId, secret, credential: body + checksum(body) };
}

/** `undefined` for everything that this product did not make: no query is worth it. */
export function parseKey(credential: string): KeyParts | undefined {
	if (credential.length !== KEY_LENGTH) return undefined;
	const [, keyId, secret] = shape.exec(credential) ?? [];
	if (keyId === undefined || secret === undefined) return undefined;
	const body = credential.slice(0, BODY_LENGTH);
	return checksum(body) === credential.slice(BODY_LENGTH) ? { keyId, secret } : undefined;
}

/** CRC-32 of what stands before it: finds typing errors and truncation, proves nothing. */
function checksum(body: string): string {
	let rest = crc32(body);
	let text = '';
	for (let n = 0; n < CHECKSUM_LENGTH; n++) {
		text = ALPHABET.charAt(rest % 62) + text;
		rest = Math.floor(rest / 62);
	}
	return text;
}

function randomBase62(length: number): string {
	let text = '';
	while (text.length < length)
		for (const byte of randomBytes(length - text.length)) if (byte < 248) text += ALPHABET.charAt(byte % 62); // 248 = 4 × 62: no character is likelier
	return text;
}
