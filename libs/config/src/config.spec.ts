import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Config, ConfigError } from './config.js';

const dir = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(dir, { recursive: true }));
const file = (name: string, text: string): string => {
	writeFileSync(join(dir, name), text);
	return join(dir, name);
};
const ec = (): string =>
	generateKeyPairSync('ec', { namedCurve: 'P-256' })
		.privateKey.export({ format: 'der', type: 'pkcs8' })
		.toString('base64');
const good = {
	DATABASE_URL: 'postgres://app:pw@localhost/db',
	JWT_PRIVATE_KEY: ec(),
	KEY_PEPPER: randomBytes(32).toString('hex'),
	ENCRYPTION_KEY: randomBytes(32).toString('base64'),
};
const problems = (env: Record<string, string | undefined>): string => {
	try {
		Config.load('api', env);
		return '';
	} catch (error) {
		if (error instanceof ConfigError) return error.message;
		throw error;
	}
};

describe('Config', () => {
	it('fills defaults, coerces, is frozen', () => {
		const config = Config.load('api', { ...good, PORT: '8080', CORS_ORIGINS: 'https://a.test, https://b.test' });
		expect(config.http).toMatchObject({ PORT: 8080, CORS_ORIGINS: ['https://a.test', 'https://b.test'] });
		expect(config.telemetry.LOG_LEVEL).toBe('info');
		expect(() => Object.assign(config.http, { PORT: 1 })).toThrow(TypeError);
	});

	it.each(['JWT_PRIVATE_KEY', 'KEY_PEPPER', 'ENCRYPTION_KEY'] as const)(
		'%s: missing, empty, short, default or equal to another refuses to boot and is not shown',
		(name) => {
			expect(problems({ ...good, [name]: undefined })).toContain(`${name} is not set`);
			for (const bad of ['', 'short-value', 'changeme'.repeat(6), 'a'.repeat(44)]) {
				const text = problems({ ...good, [name]: bad });
				expect(text).toContain(name);
				if (bad !== '') expect(text).not.toContain(bad);
			}
			const other = name === 'KEY_PEPPER' ? 'ENCRYPTION_KEY' : 'KEY_PEPPER';
			expect(problems({ ...good, [name]: good[other] })).toContain(name);
		},
	);

	it('several secrets: the first is for new work', () => {
		const config = Config.load('api', { ...good, KEY_PEPPER: `new:${'n1'.repeat(16)},old:${'o2'.repeat(16)}` });
		expect(config.secrets.KEY_PEPPER?.map((k) => k.kid)).toEqual(['new', 'old']);
	});

	it('reads NAME_FILE and CONFIG_FILE; the environment wins', () => {
		const yaml = file('c.yaml', 'PORT: 7000\nLOG_LEVEL: debug\nCORS_ORIGINS: [https://a.test]\n');
		const config = Config.load('api', {
			...good,
			KEY_PEPPER: undefined,
			KEY_PEPPER_FILE: file('p', `${good.KEY_PEPPER}\n`),
			CONFIG_FILE: yaml,
			PORT: '7001',
		});
		expect([config.http.PORT, config.telemetry.LOG_LEVEL, config.http.CORS_ORIGINS]).toEqual([
			7001,
			'debug',
			['https://a.test'],
		]);
		expect(config.secrets.KEY_PEPPER?.[0]?.value.toString()).toBe(good.KEY_PEPPER);
	});

	it('names every wrong setting, unreadable files and unknown names', () => {
		expect(problems({ ...good, PORT: 'x', REDIS_URL: 'http://x' })).toMatch(/PORT[\s\S]*REDIS_URL/);
		expect(problems({ ...good, KEY_PEPPER: undefined, KEY_PEPPER_FILE: '/nowhere' })).toContain(
			'KEY_PEPPER_FILE names /nowhere',
		);
		expect(problems({ ...good, CONFIG_FILE: file('u.yaml', 'PROT: 1') })).toContain('unknown setting: PROT');
		expect(problems({ ...good, CONFIG_FILE: file('l.yaml', '- 1') })).toContain('mapping');
	});
});
