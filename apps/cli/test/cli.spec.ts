import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Config } from '#libs/config';
import { generateSecrets } from '#libs/installation';
import { isUuid, newId } from '#libs/kernel';
import { parseKey } from '#libs/keys';
import { asOwner, freshDatabase, testEnvironment } from '#libs/testing';
import { commands } from '../src/commands.js';
import { runCli } from '../src/run-cli.js';

const { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY } = generateSecrets();
const environment = testEnvironment({ BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY });

interface Result {
	readonly code: number;
	readonly out: string;
	readonly err: string;
}

async function cli(line: string, over: Record<string, string | undefined> = {}): Promise<Result> {
	const [out, err]: string[][] = [[], []];
	const code = await runCli(line.split(' ').filter(Boolean), {
		environment: { ...environment, ...over },
		out: (text) => void out?.push(text),
		err: (text) => void err?.push(text),
	});
	return { code, out: out?.join('') ?? '', err: err?.join('') ?? '' };
}
const json = async <T>(line: string): Promise<T> => JSON.parse((await cli(`${line} --json`)).out) as T;

beforeAll(freshDatabase);

describe('the line', () => {
	it('shows every command without one, and the options of each', async () => {
		const { code, out } = await cli('');
		expect(code).toBe(0);
		for (const name of Object.keys(commands)) {
			expect(out).toContain(name);
			expect(await cli(`${name} --help`)).toMatchObject({
				code: 0,
				err: '',
				out: expect.stringContaining('Usage: parallama'),
			});
		}
	});

	it.each([
		'nonsense',
		'db',
		'db nonsense',
		'db migrate --nonsense',
		'db migrate extra',
		'key revoke',
		'user create',
		'key revoke 1',
		'gateway status --url x',
	])('refuses "%s" with usage on stderr and exit code 2', async (line) => {
		expect(await cli(line)).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Usage: parallama') });
	});

	it('names what is not set, with exit code 1', async () => {
		const nothing = { DATABASE_URL: undefined, DATABASE_MIGRATION_URL: undefined };
		expect(await cli('db migrate', nothing)).toMatchObject({
			code: 1,
			err: expect.stringContaining('DATABASE_MIGRATION_URL'),
		});
		expect(await cli('bootstrap', { BOOTSTRAP_API_KEY: 'admin' })).toMatchObject({
			code: 1,
			err: expect.stringContaining('parallama secrets generate'),
		});
	});

	it('says so when PostgreSQL is away, with exit code 1', async () => {
		const away = { DATABASE_MIGRATION_URL: 'postgres://nobody@127.0.0.1:1/nothing' };
		for (const line of ['db status', 'user list', 'bootstrap'])
			expect(await cli(line, away)).toMatchObject({ code: 1, out: '', err: expect.stringContaining('ECONNREFUSED') });
	});
});

it('makes secrets that every process accepts, as lines or as JSON', async () => {
	const { out } = await cli('secrets generate');
	const lines = Object.fromEntries(
		out
			.trim()
			.split('\n')
			.map((each) => each.split(/=(.*)/s).slice(0, 2) as [string, string]),
	);
	const names = [
		'JWT_PRIVATE_KEY',
		'KEY_PEPPER',
		'ENCRYPTION_KEY',
		'BOOTSTRAP_ADMIN_EMAIL',
		'BOOTSTRAP_ADMIN_PASSWORD',
		'BOOTSTRAP_API_KEY',
	];
	expect(Object.keys(lines)).toEqual(names);
	const object = await json<Record<string, string>>('secrets generate');
	expect(Object.keys(object)).toEqual(names);
	expect(object).not.toEqual(lines);
	expect(parseKey(object.BOOTSTRAP_API_KEY ?? '')).toBeDefined();
	expect((await cli('bootstrap', lines)).code).toBe(0);
});

it('migrates, once, and shows it', async () => {
	expect(await json('db migrate')).toEqual({ ran: [] });
	const { migrations, isCurrent } = await json<{ migrations: object[]; isCurrent: boolean }>('db status');
	expect(isCurrent).toBe(true);
	expect(migrations.length).toBeGreaterThan(0);
	expect((await cli('db status')).out).toMatch(/^MIGRATION +APPLIED\nFoundation\d+ +yes\n/);
});

describe('people and keys', () => {
	beforeAll(async () => {
		await freshDatabase();
		await cli('bootstrap');
	});

	it('says what a second bootstrap finds', async () => {
		expect(await json('bootstrap')).toMatchObject({
			created: false,
			adminEmail: BOOTSTRAP_ADMIN_EMAIL,
			apiKey: BOOTSTRAP_API_KEY,
		});
	});

	it('adds people and lists them', async () => {
		const made = await json<{ id: string; password: string }>('user create --email jane@example.com --role premium');
		expect(isUuid(made.id)).toBe(true);
		expect(made.password).toHaveLength(24);
		const { items } = await json<{ items: { email: string; roles: string[] }[] }>('user list');
		expect(items.map(({ email, roles }) => [email, ...roles].join(' '))).toEqual([
			`${BOOTSTRAP_ADMIN_EMAIL} owner`,
			'jane@example.com premium',
		]);
		expect((await cli('user list')).out).toMatch(/^ID +EMAIL +NAME +ROLES +STATUS +MEMBERSHIP\n/);
		expect(await cli('user create --email jane@example.com')).toMatchObject({ code: 5, out: '' });
		expect(await cli('user create --email bob@example.com --role king')).toMatchObject({ code: 2 });
	});

	it('shows, changes and deletes people, by id or address', async () => {
		const made = await json<{ id: string }>('user create --email ann@example.com --name Ann');
		expect((await cli('user info ANN@example.com')).out).toContain(made.id);
		expect(await json(`user update ${made.id} --name Anna --membership suspended`)).toMatchObject({
			name: 'Anna',
			membershipStatus: 'suspended',
		});
		expect(await cli('user update ann@example.com')).toMatchObject({ code: 2 });
		expect(await cli('user update ann@example.com --account gone')).toMatchObject({ code: 2 });
		expect(await json('user delete ann@example.com')).toMatchObject({
			status: 'disabled',
			deleteAfter: expect.any(String),
		});
		expect(await json('user update ann@example.com --account active')).toMatchObject({ deleteAfter: null });
		expect(await cli(`user delete ${BOOTSTRAP_ADMIN_EMAIL}`)).toMatchObject({ code: 5, out: '' });
		expect(await cli('user info nobody@example.com')).toMatchObject({ code: 4 });
		const actions = await asOwner<{ action: string }>(
			'SELECT action FROM audit_events WHERE target_id = $1 ORDER BY occurred_at, id',
			[made.id],
		);
		expect(actions.map(({ action }) => action)).toEqual(
			expect.arrayContaining(['user.create', 'user.update', 'membership.suspend', 'user.delete']),
		);
	});

	it('ends the sessions of one person, or of everybody', async () => {
		const { id } = await json<{ id: string }>('user info jane@example.com');
		const [organization] = await asOwner<{ id: string }>(`SELECT id FROM organizations WHERE slug = 'default'`);
		const open = async () =>
			(await asOwner('SELECT 1 FROM sessions WHERE user_id = $1 AND revoked_at IS NULL', [id])).length;
		for (const line of ['auth revoke-all --user jane@example.com', 'auth revoke-all']) {
			await asOwner(
				`INSERT INTO sessions (organization_id, id, user_id, expires_at) VALUES ($1, $2, $3, now() + interval '1 day')`,
				[organization?.id, newId(), id],
			);
			expect(await open()).toBe(1);
			expect(await json(line)).toEqual({ sessions: 1 });
			expect(await open()).toBe(0);
		}
	});

	it('prints the steps that bring a new signing key in, and each of them boots', async () => {
		const current = environment.JWT_PRIVATE_KEY ?? '';
		const steps = await json<Record<'verify' | 'sign' | 'finish', string>>('auth rotate-tokens');
		expect(steps.verify).toBe(`${current},${steps.finish}`);
		expect(steps.sign).toBe(`${steps.finish},${current}`);
		const kids = Object.values(steps).map((value) =>
			(Config.load('cli', { ...environment, JWT_PRIVATE_KEY: value }).secrets.JWT_PRIVATE_KEY ?? []).map(
				({ kid }) => kid,
			),
		);
		expect(kids.map((list) => list.length)).toEqual([2, 2, 1]);
		expect(kids[0]).toEqual(kids[1]?.toReversed());
		expect(await cli('auth rotate-tokens', { JWT_PRIVATE_KEY: undefined })).toMatchObject({ code: 1 });
	});

	it('makes, lists and revokes keys', async () => {
		const made = await json<{ id: string; apiKey: string }>(
			`key create --user ${BOOTSTRAP_ADMIN_EMAIL} --name ci --scope models:use --scope models:read --expires 2999-01-01`,
		);
		expect(parseKey(made.apiKey)).toBeDefined();
		expect(made).toMatchObject({
			name: 'ci',
			scopes: ['models:read', 'models:use'],
			expiresAt: '2999-01-01T00:00:00.000Z',
		});
		const { out } = await cli('key list');
		expect(out).toContain('models:read,models:use');
		expect(out).not.toContain(made.apiKey);
		expect(await cli(`key revoke ${made.id}`)).toMatchObject({ code: 0, out: `revoked ${made.id} (ci)\n` });
		expect(await asOwner('SELECT epoch FROM api_keys WHERE id = $1', [made.id])).toEqual([{ epoch: 1 }]);
		expect(await cli(`key revoke ${newId()}`)).toMatchObject({ code: 4 });
		expect(await cli('key create --user nobody@example.com')).toMatchObject({ code: 4 });
		expect(await cli(`key create --user ${BOOTSTRAP_ADMIN_EMAIL} --scope instance:users`)).toMatchObject({ code: 2 });
		expect(await cli(`key create --user ${BOOTSTRAP_ADMIN_EMAIL}`, { KEY_PEPPER: undefined })).toMatchObject({
			code: 1,
		});
	});

	it('rotates keys, and limits new ones', async () => {
		const made = await json<{ id: string; apiKey: string }>(
			`key generate --user ${BOOTSTRAP_ADMIN_EMAIL} --dialect openai --allow gpt-* --deny gpt-5 --ip 10.0.0.0/8`,
		);
		expect(made).toMatchObject({
			models: { dialects: ['openai'], allow: ['gpt-*'], deny: ['gpt-5'] },
			ipRanges: ['10.0.0.0/8'],
		});
		const rotated = await json<{ apiKey: string; previousSecret: object }>(`key rotate ${made.id} --overlap 60`);
		expect([rotated.apiKey.slice(0, 15), rotated.apiKey === made.apiKey]).toEqual([made.apiKey.slice(0, 15), false]);
		expect(rotated.previousSecret).toMatchObject({ lastUsedAt: null });
		expect(await cli(`key rotate ${made.id}`)).toMatchObject({ code: 5 });
		for (const wrong of ['key rotate x', `key rotate ${made.id} --overlap x`, 'key generate --user x@y.z --ip 10.1'])
			expect(await cli(wrong)).toMatchObject({ code: 2 });
	});

	it('gives roles and takes them', async () => {
		expect((await cli('role list')).out).toMatch(/\n\S+ +viewer +built in +\d+\n/);
		const given = await json<{ id: string }>('role grant --user jane@example.com --role viewer --expires 2999-01-01');
		const { items } = await json<{ items: { roleName: string }[] }>('role list --user jane@example.com');
		expect(items.map(({ roleName }) => roleName)).toEqual(['premium', 'viewer']);
		expect(await cli('role grant --user jane@example.com --role viewer')).toMatchObject({ code: 5 });
		expect(await cli('role grant --user jane@example.com --role king')).toMatchObject({ code: 4 });
		expect(await cli(`role revoke ${given.id}`)).toMatchObject({ code: 0, out: `revoked ${given.id}\n` });
		expect(await cli(`role revoke ${given.id}`)).toMatchObject({ code: 4 });
	});

	it('exports the audit log and proves it, or names what was altered', async () => {
		const events = (await cli('audit export')).out
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line) as { action: string; actorId: string });
		expect(events[0]).toMatchObject({ action: 'audit.export', actorKind: 'system', actorId: 'cli' });
		expect(events.map(({ action }) => action)).toContain('key.create');
		expect((await cli('audit export --from 2999-01-01')).out).toBe('');
		expect(await json('audit verify')).toMatchObject({ sealed: 0, problems: [], head: { sequence: 0 } });
		await asOwner(`DELETE FROM audit_pending WHERE event_id = (SELECT min(event_id::text)::uuid FROM audit_pending)`);
		expect(await cli('audit verify')).toMatchObject({
			code: 5,
			out: expect.stringMatching(/inserted +- +[0-9a-f-]{36}/),
		});
		expect(await cli(`audit verify --head 3:${'a'.repeat(64)}`)).toMatchObject({
			code: 5,
			out: expect.stringContaining('head_differs'),
		});
		expect(await cli('audit verify --head x')).toMatchObject({ code: 2 });
		expect(await cli('audit verify', { ENCRYPTION_KEY: undefined })).toMatchObject({ code: 1 });
	});

	it('works in the named organization, and asks for the name when there are several', async () => {
		await asOwner(`INSERT INTO organizations (id, slug, name) VALUES ($1, 'second', 'Second')`, [newId()]);
		expect(await cli('user list')).toMatchObject({ code: 2, err: expect.stringContaining('slug') });
		expect((await cli('user list --organization second')).out).toBe('none\n');
		expect((await cli('user list --organization default')).out).toContain(BOOTSTRAP_ADMIN_EMAIL);
		expect(await cli('user list --organization third')).toMatchObject({ code: 4 });
	});
});

describe('gateway status', () => {
	let server: Server;
	let url: string;

	beforeAll(async () => {
		server = createServer((request, reply) => {
			reply.statusCode = request.url?.startsWith('/bad') ? 503 : 200;
			reply.end(JSON.stringify(request.url === '/health' ? { status: 'healthy' } : { dialects: { openai: 'up' } }));
		});
		await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
		url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	});

	it('shows health and dialects', async () => {
		expect((await cli(`gateway status --url ${url}/`)).out).toContain('dialects.openai  up\n');
		expect(JSON.parse((await cli('gateway status --json', { PUBLIC_URL: url })).out)).toEqual({
			url,
			health: { status: 'healthy' },
			status: { dialects: { openai: 'up' } },
		});
	});

	it('fails when there is none', async () => {
		expect(await cli(`gateway status --url ${url}/bad`)).toMatchObject({
			code: 1,
			out: '',
			err: expect.stringContaining('503'),
		});
		await new Promise((done) => void server.close(done));
		expect(await cli(`gateway status --url ${url}`)).toMatchObject({
			code: 1,
			err: expect.stringContaining('ECONNREFUSED'),
		});
	});
});

it('runs as a program, with its exit code', async () => {
	const program = resolve(import.meta.dirname, '../../../dist/apps/cli/src/main.js');
	const exitOf = (...line: string[]) =>
		new Promise<number>((done) => {
			execFile(process.execPath, [program, ...line], (error) => done(error === null ? 0 : Number(error.code)));
		});
	expect(await Promise.all([exitOf('--help'), exitOf('secrets', 'generate'), exitOf('nonsense')])).toEqual([0, 0, 2]);
});
