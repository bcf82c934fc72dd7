import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { generateKey } from '#libs/keys';

/** Values of the environment variables of the same names. */
export interface GeneratedSecrets {
	readonly JWT_PRIVATE_KEY: string;
	readonly KEY_PEPPER: string;
	readonly ENCRYPTION_KEY: string;
	readonly BOOTSTRAP_ADMIN_EMAIL: string;
	readonly BOOTSTRAP_ADMIN_PASSWORD: string;
	readonly BOOTSTRAP_API_KEY: string;
}

/** A private key for access tokens, as `JWT_PRIVATE_KEY` takes it. */
export const generateSigningKey = (): string =>
	generateKeyPairSync('ec', { namedCurve: 'P-256' })
		.privateKey.export({ format: 'der', type: 'pkcs8' })
		.toString('base64');

/** Everything secret that a new installation needs, from the system's random source. */
export const generateSecrets = (): GeneratedSecrets => ({
	JWT_PRIVATE_KEY: generateSigningKey(),
	KEY_PEPPER: randomBytes(32).toString('hex'),
	ENCRYPTION_KEY: randomBytes(32).toString('base64'),
	BOOTSTRAP_ADMIN_EMAIL: 'admin@parallama.local',
	BOOTSTRAP_ADMIN_PASSWORD: randomBytes(18).toString('base64url'),
	BOOTSTRAP_API_KEY: generateKey().credential,
});
