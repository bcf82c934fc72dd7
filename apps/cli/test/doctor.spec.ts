import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { generateSecrets } from '#libs/installation';
import { newId } from '#libs/kernel';
import { asOwner, freshDatabase, testEnvironment } from '#libs/testing';
import { runCli } from '../src/run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'parallama-doctor-'));
const { JWT_PRIVATE_KEY, KEY_PEPPER, ENCRYPTION_KEY } = generateSecrets();
const sound = (): Record<string, string | undefined> => ({
	...testEnvironment(),
	JWT_PRIVATE_KEY,
	KEY_PEPPER,
	ENCRYPTION_KEY,
	DATA_DIR: folder,
});

beforeAll(freshDatabase);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Found {
	readonly check: string;
	readonly state: string;
	readonly found: string;
	readonly remedy?: string;
}
async function doctor(
	environment: Record<string, string | undefined>,
): Promise<{ code: number; findings: Found[]; text: string }> {
	const out: string[] = [];
	const code = await runCli(['doctor', '--json'], {
		environment,
		out: (text) => void out.push(text),
		err: () => undefined,
	});
	return { code, findings: (JSON.parse(out.join('')) as { findings: Found[] }).findings, text: out.join('') };
}
const bad = (findings: readonly Found[]) =>
	findings
		.filter(({ state }) => state === 'problem')
		.map(({ check, found, remedy }) => `${check}: ${found} → ${remedy}`);

it('finds nothing wrong with an installation that is sound, and leaves nothing behind', async () => {
	const { code, findings } = await doctor(sound());
	expect(bad(findings)).toEqual([]);
	expect(code).toBe(0);
	expect(findings.filter(({ state }) => state === 'ok').map(({ check }) => check)).toEqual([
		'settings of the api',
		'settings of the worker',
		'postgres',
		'encoding',
		'clock of postgres',
		'migrations',
		'jobs that wait',
		'jobs that were given up',
		'login of DATABASE_URL',
		'login of DATABASE_WORKER_URL',
		'redis',
		'redis when it is full',
		'clock of redis',
		'storage',
	]);
	expect(findings.at(-1)).toMatchObject({ check: 'mail', state: 'warning' });
});

it('names each problem with its remedy, and no credential', async () => {
	const environment = sound();
	const broken = {
		...environment,
		KEY_PEPPER: undefined,
		DATABASE_URL: environment['DATABASE_MIGRATION_URL'],
		REDIS_URL: 'redis://:a-secret-word@127.0.0.1:1',
		STORAGE_URL: `file://${join(folder, 'is-a-file')}`,
	};
	writeFileSync(join(folder, 'is-a-file'), '');
	const { code, findings, text } = await doctor(broken);
	expect(code).not.toBe(0);
	expect(bad(findings)).toEqual([
		expect.stringMatching(/^settings of the api: KEY_PEPPER is not set → /),
		expect.stringMatching(/^login of DATABASE_URL: .*(?:superuser|owns tables).* → parallama db logins/),
		expect.stringMatching(/^redis: .*ECONNREFUSED.* → is it running/),
		expect.stringMatching(/^storage: file:.* → does the folder/),
	]);
	expect(text).not.toContain('a-secret-word');
});

it('sees jobs that nobody does, and those that were given up', async () => {
	const organization = newId();
	await asOwner(`INSERT INTO organizations (id, slug, name) VALUES ($1, 'd', 'D')`, [organization]);
	for (const status of ['pending', 'failed'])
		await asOwner(
			`INSERT INTO outbox (organization_id, id, job, version, payload, status, created_at) VALUES ($1, $2, 'mail.send', 1, '{}', $3, now() - interval '1 hour')`,
			[organization, newId(), status],
		);
	const { findings } = await doctor(sound());
	expect(findings).toEqual(
		expect.arrayContaining([
			expect.objectContaining({ check: 'jobs that wait', state: 'problem', found: '1 for more than 10 minutes' }),
			expect.objectContaining({ check: 'jobs that were given up', state: 'warning', found: '1' }),
		]),
	);
});
