import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { newId } from '#libs/kernel';
import { asOwner, freshDatabase, testEnvironment } from '#libs/testing';
import { runCli } from '../src/run-cli.js';

async function cli(line: string, over: Record<string, string> = {}): Promise<{ code: number; text: string }> {
	let text = '';
	const write = (part: string): void => void (text += part);
	const environment = { ...testEnvironment(), ...over };
	const code = await runCli(line.split(' '), { environment, out: write, err: write });
	return { code, text };
}

describe('secrets as files', () => {
	const folder = mkdtempSync(join(tmpdir(), 'parallama-secrets-'));
	const target = join(folder, 'secrets');
	afterAll(() => rmSync(folder, { recursive: true }));

	it('are written once, into a folder that is closed to others', async () => {
		expect(await cli(`secrets generate --directory ${target} --database db`)).toMatchObject({ code: 0 });
		expect(statSync(target).mode & 0o777).toBe(0o700);
		const before = readdirSync(target).map((name) => readFileSync(join(target, name), 'utf8'));
		expect(before.length).toBeGreaterThan(10);
		const again = await cli(`secrets generate --directory ${target}`);
		expect(again).toMatchObject({ code: 2, text: expect.stringContaining('there already') });
		expect(readdirSync(target).map((name) => readFileSync(join(target, name), 'utf8'))).toEqual(before);
	});
});

describe('the logins of api and worker', () => {
	const tail = newId().slice(-8);
	const [api, worker] = [`login_api_${tail}`, `login_worker_${tail}`];
	const urlOf = (login: string, password: string): string =>
		Object.assign(new URL(testEnvironment()['DATABASE_MIGRATION_URL'] ?? ''), { username: login, password }).href;
	const urls = (password: string): Record<string, string> => ({
		DATABASE_URL: urlOf(api, password),
		DATABASE_WORKER_URL: urlOf(worker, password),
	});
	const asked = async (url: string, sql: string): Promise<unknown[]> => {
		const client = new Client(url);
		await client.connect();
		try {
			return (await client.query(sql)).rows;
		} finally {
			await client.end();
		}
	};

	beforeAll(freshDatabase);
	afterAll(() => asOwner(`DROP ROLE IF EXISTS ${api}; DROP ROLE IF EXISTS ${worker}`));

	it('are made with the rights of their groups and no others', async () => {
		expect(await cli('db logins', urls("it's"))).toEqual({
			code: 0,
			text: `${api} can log in\n${worker} can log in\n`,
		});
		for (const [login, group] of [
			[api, 'parallama_app'],
			[worker, 'parallama_worker'],
		] as const) {
			const [role] = await asked(
				urlOf(login, "it's"),
				`SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication AS powerful,
					has_schema_privilege('public', 'CREATE') AS creates,
					ARRAY(SELECT b.rolname::text FROM pg_auth_members m JOIN pg_roles b ON b.oid = m.roleid WHERE m.member = r.oid) AS groups
				 FROM pg_roles r WHERE rolname = current_user`,
			);
			expect(role).toEqual({ powerful: false, creates: false, groups: [group] });
		}
	});

	it('get another password when they are there', async () => {
		expect((await cli('db logins', urls('second'))).code).toBe(0);
		await expect(asked(urlOf(api, 'second'), 'SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
	});

	it('must be three different ones', async () => {
		const owner = testEnvironment()['DATABASE_MIGRATION_URL'] ?? '';
		const refused = await cli('db logins', { ...urls('x'), DATABASE_URL: urlOf(new URL(owner).username, 'x') });
		expect(refused).toMatchObject({ code: 1, text: expect.stringContaining('three users') });
		expect(
			(await cli('db logins', { ...urls('x'), DATABASE_WORKER_URL: owner.replace(/\/\/[^@]*@/, '//') })).code,
		).toBe(1);
	});
});
