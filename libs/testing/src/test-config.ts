import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Config, type ProcessName } from '#libs/config';

/** Made when the first file is written. */
const files = join(tmpdir(), `parallama-test-${randomBytes(8).toString('hex')}`);

const generated = {
	JWT_PRIVATE_KEY: generateKeyPairSync('ec', { namedCurve: 'P-256' })
		.privateKey.export({ format: 'der', type: 'pkcs8' })
		.toString('base64'),
	KEY_PEPPER: randomBytes(32).toString('hex'),
	ENCRYPTION_KEY: randomBytes(32).toString('base64'),
	STORAGE_URL: String(pathToFileURL(files)),
};

/** The environment of a test: databases and Redis of this jest worker, secrets made for this file, quiet. */
export const testEnvironment = (overrides: Record<string, string> = {}): Record<string, string> => {
	const { DATABASE_URL, DATABASE_WORKER_URL, DATABASE_MIGRATION_URL, REDIS_URL } = process.env;
	const urls = { DATABASE_URL, DATABASE_WORKER_URL, DATABASE_MIGRATION_URL, REDIS_URL };
	const set = Object.entries(urls).filter((entry): entry is [string, string] => entry[1] !== undefined);
	return {
		...Object.fromEntries(set),
		...generated,
		HOST: '127.0.0.1',
		PORT: '0',
		MANAGEMENT_PORT: '0',
		LOG_LEVEL: 'silent',
		...overrides,
	};
};

export const testConfig = (process: ProcessName, overrides: Record<string, string> = {}): Config =>
	Config.load(process, testEnvironment(overrides));
