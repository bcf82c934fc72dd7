import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { NamedSecret } from '#libs/kernel';

/** An ES256 key pair; the public half is derived. */
export interface SigningKey {
	readonly kid: string;
	readonly privateKey: KeyObject;
	readonly publicKey: KeyObject;
}

const guessable = /^(.)\1*$|change.?me|example|secret|password|default|parallama/i;

/** `kid:value[,kid:value…]` or one bare value. A bare value gets a kid made from its own digest. */
function split(text: string): { kid: string; value: string }[] {
	return text.split(',').map((part) => {
		const named = /^([\w-]{1,32}):(.+)$/s.exec(part.trim());
		const value = (named?.[2] ?? part).trim();
		return { kid: named?.[1] ?? createHash('sha256').update(value).digest('hex').slice(0, 8), value };
	});
}

/** Issues never carry the value: they end up in logs. */
function secrets<T>(parse: (value: string) => T | string): z.ZodType<readonly (T & { kid: string })[], string> {
	return z.string().transform((text, context) => {
		const parts = split(text);
		const results = parts.map(({ kid, value }) => ({ kid, parsed: parse(value) }));
		for (const { parsed } of results)
			if (typeof parsed === 'string') context.addIssue({ code: 'custom', message: parsed, input: '' });
		if (new Set(parts.map(({ kid }) => kid)).size < parts.length)
			context.addIssue({ code: 'custom', message: 'names a kid twice', input: '' });
		return Object.freeze(results.map(({ kid, parsed }) => Object.freeze({ ...(parsed as T), kid })));
	});
}

function strongText(value: string): { value: Buffer } | string {
	if (value.length < 32) return 'must have at least 32 characters (parallama secrets generate makes one)';
	if (guessable.test(value)) return 'is a default or guessable value (parallama secrets generate makes one)';
	return { value: Buffer.from(value) };
}

function aesKey(value: string): { value: Buffer } | string {
	const bytes = /^[0-9a-f]{64}$/i.test(value) ? Buffer.from(value, 'hex') : Buffer.from(value, 'base64');
	if (bytes.length !== 32) return 'must be 32 bytes in base64 or hex (parallama secrets generate makes one)';
	if (new Set(bytes).size < 8) return 'is a guessable value (parallama secrets generate makes one)';
	return { value: bytes };
}

function signingKey(value: string): Omit<SigningKey, 'kid'> | string {
	try {
		const privateKey = value.includes('BEGIN')
			? createPrivateKey(value.replaceAll('\\n', '\n'))
			: createPrivateKey({ key: Buffer.from(value, 'base64'), format: 'der', type: 'pkcs8' });
		if (privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return 'must be an EC key on curve P-256';
		return { privateKey, publicKey: createPublicKey(privateKey) };
	} catch {
		return 'is not a private key in PEM or base64 DER (parallama secrets generate makes one)';
	}
}

export const peppers: z.ZodType<readonly NamedSecret[], string> = secrets(strongText);
export const encryptionKeys: z.ZodType<readonly NamedSecret[], string> = secrets(aesKey);
export const signingKeys: z.ZodType<readonly SigningKey[], string> = secrets(signingKey);
