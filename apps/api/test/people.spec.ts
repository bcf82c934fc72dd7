import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bootstrap, type BootstrapResult, generateSecrets } from '#libs/installation';
import { newId } from '#libs/kernel';
import { asOwner, eventually, freshDatabase, testConfig } from '#libs/testing';
import { AccountErasure } from '#libs/identity';
import { bearer, Caller, type Tokens } from './support/caller.js';
import { PostOffice } from './support/post-office.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant } from './support/tenants.js';

const { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY } = generateSecrets();
const config = testConfig('api', { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY });
const good = 'a decent long password';
const admin = bearer(BOOTSTRAP_API_KEY);

interface Person {
	readonly id: string;
	readonly email: string;
	readonly status: string;
	readonly deleteAfter: string | null;
	readonly roles: string[];
}
interface Listed<Item> {
	readonly items: Item[];
	readonly nextCursor: string | null;
}

let api: TestApi;
let post: PostOffice;
let first: BootstrapResult;
const caller = new Caller(() => api);
const call = <Data = Tokens>(...line: Parameters<Caller['call']>) => caller.call<Data>(...line);
const login = (email: string, password = good) => caller.login(email, password);

beforeAll(async () => {
	await freshDatabase();
	first = await bootstrap(config, { replaceRevokedKey: false });
	api = await startApi();
	post = await PostOffice.open();
});
afterAll(async () => {
	await Promise.all([api.stop(), post.close()]);
});

let people = 0;
async function aPerson(role = 'basic'): Promise<Person> {
	const input = { email: `someone-${++people}@example.com`, name: `S${people}`, password: good, role };
	const made = await call<Person>('POST', '/users', input, admin);
	expect(made.status).toBe(201);
	return made.data;
}

describe('people', () => {
	it('are found by part of name or address, status and role, page by page', async () => {
		const [basic, viewer] = [await aPerson(), await aPerson('viewer')];
		const list = async (query: string) =>
			(await call<Listed<Person>>('GET', `/users?${query}`, undefined, admin)).data.items.map(({ id }) => id);
		expect(await list(`search=${basic.email.toUpperCase().slice(0, 9)}&role=basic`)).toEqual([basic.id]);
		expect(await list('role=viewer')).toEqual([viewer.id]);
		await call('PATCH', `/users/${viewer.id}`, { status: 'disabled' }, admin);
		expect(await list('status=disabled')).toEqual([viewer.id]);
		expect(await list("search=' OR 1=1 --")).toEqual([]);
		expect(await list('search=%25')).toEqual([]);
		const page = await call<Listed<Person>>('GET', '/users?limit=1&status=active', undefined, admin);
		const next = await call<Listed<Person>>(
			'GET',
			`/users?limit=1&status=active&cursor=${page.data.nextCursor}`,
			undefined,
			admin,
		);
		expect(next.data.items[0]?.id).not.toBe(page.data.items[0]?.id);
	});

	it('get no password from an administrator who only makes the mail go out', async () => {
		const made = await call<Person>('POST', '/users', { email: 'fresh@example.com', name: 'Fresh' }, admin);
		expect(made.status).toBe(201);
		expect((await login('fresh@example.com', '')).status).toBe(400);
		expect((await login('fresh@example.com')).status).toBe(401);
		expect((await call('POST', `/users/${made.data.id}/reset-password`, undefined, admin)).status).toBe(202);
		const code = await post.code('fresh@example.com', 'Reset your password');
		expect((await call('POST', '/auth/reset-password', { code, password: good })).status).toBe(204);
		expect((await login('fresh@example.com')).status).toBe(200);
	});
});

it('are signed out everywhere, and exported, by an administrator who may act on them', async () => {
	const person = await aPerson();
	const [owner] = (await call<Listed<Person>>('GET', '/users?role=owner', undefined, admin)).data.items;
	const two = [(await login(person.email)).data, (await login(person.email)).data];
	const boss = bearer((await login((await aPerson('admin')).email)).data.accessToken);
	expect((await call('POST', `/users/${person.id}/logout-all`, undefined, boss)).data).toEqual({ sessions: 2 });
	for (const { accessToken, refreshToken } of two) {
		expect((await call('GET', '/auth/me', undefined, bearer(accessToken))).status).toBe(401);
		expect((await call('POST', '/auth/refresh', { refreshToken })).status).toBe(401);
	}
	for (const [method, what] of [
		['POST', '/logout-all'],
		['GET', '/export'],
		['DELETE', ''],
	] as const)
		expect(await call(method, `/users/${owner?.id}${what}`, undefined, boss)).toMatchObject({
			status: 403,
			code: 'user_too_powerful',
		});
	expect((await call('GET', `/users/${person.id}/export`, undefined, boss)).status).toBe(200);
});

describe('the end of an account', () => {
	it('is the same by an administrator and by its owner: closed at once, taken back by enabling', async () => {
		const outcomes = [];
		for (const by of ['admin', 'owner']) {
			const person = await aPerson();
			const tokens = (await login(person.email)).data;
			const key = await call<{ apiKey: string }>('POST', '/keys', { name: 'k' }, bearer(tokens.accessToken));
			const ended =
				by === 'admin'
					? await call<Person>('DELETE', `/users/${person.id}`, undefined, admin)
					: await call<Person>('DELETE', '/auth/me', undefined, bearer(tokens.accessToken));
			const days = (Date.parse(ended.data.deleteAfter ?? '') - Date.now()) / 86_400_000;
			const after = await Promise.all([
				call('GET', '/auth/me', undefined, bearer(tokens.accessToken)),
				call('POST', '/auth/refresh', { refreshToken: tokens.refreshToken }),
				call('GET', '/projects', undefined, bearer(key.data.apiKey)),
				login(person.email),
			]);
			await post.mail(person.email, 'Your account will be deleted');
			outcomes.push({
				status: ended.status,
				account: ended.data.status,
				days: Math.round(days),
				after: after.map(({ status }) => status),
			});
			const back = await call<Person>('PATCH', `/users/${person.id}`, { status: 'active' }, admin);
			expect(back.data).toMatchObject({ status: 'active', deleteAfter: null });
			expect((await login(person.email)).status).toBe(200);
			expect((await call('POST', '/auth/refresh', { refreshToken: tokens.refreshToken })).status).toBe(401);
		}
		expect(outcomes[0]).toEqual({ status: 202, account: 'disabled', days: 30, after: [401, 401, 401, 401] });
		expect(outcomes[1]).toEqual(outcomes[0]);
	});

	it('never takes the last owner of an organization', async () => {
		const { data } = await login(BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD);
		expect(await call('DELETE', '/auth/me', undefined, bearer(data.accessToken))).toMatchObject({
			status: 409,
			code: 'last_owner',
		});
	});

	it('leaves one owner when two close, suspend or disable each other at the same moment', async () => {
		const actions = [
			(id: string, headers: Record<string, string>) => call('DELETE', `/users/${id}`, undefined, headers),
			(id: string, headers: Record<string, string>) =>
				call('PATCH', `/users/${id}`, { membershipStatus: 'suspended' }, headers),
			(id: string, headers: Record<string, string>) => call('PATCH', `/users/${id}`, { status: 'disabled' }, headers),
		];
		const tally = { rounds: 0, without: 0 };
		for (let n = 0; n < 9; n++) {
			const { organizationId, key } = await addTenant(config);
			const two = [];
			for (const at of [1, 2]) {
				const email = `owner-${n}-${at}@example.com`;
				const made = await call<Person>(
					'POST',
					'/users',
					{ email, name: 'O', password: good, role: 'owner' },
					bearer(key),
				);
				two.push({ id: made.data.id, headers: bearer((await login(email)).data.accessToken) });
			}
			await asOwner(`DELETE FROM user_roles WHERE organization_id = $1 AND user_id <> ALL ($2)`, [
				organizationId,
				two.map(({ id }) => id),
			]);
			const [a, b] = two as [(typeof two)[0], (typeof two)[0]];
			const [one, other] = [actions[n % 3], actions[Math.floor(n / 3) % 3]];
			const answers = await Promise.all([one?.(b.id, a.headers), other?.(a.id, b.headers)]);
			const [left] = await asOwner<{ owners: number }>(
				`SELECT count(*)::int AS owners FROM memberships m JOIN users u ON u.id = m.user_id
				WHERE m.organization_id = $1 AND m.user_id = ANY ($2) AND m.status = 'active' AND u.status = 'active'`,
				[organizationId, two.map(({ id }) => id)],
			);
			tally.rounds++;
			if ((left?.owners ?? 0) < 1) tally.without++;
			expect(answers.filter((answer) => (answer?.status ?? 500) >= 500)).toEqual([]);
		}
		process.stdout.write(`two owners against each other: ${JSON.stringify(tally)}\n`);
		expect(tally).toEqual({ rounds: 9, without: 0 });
	}, 120_000);

	it('erases a person from every table once the grace period is over', async () => {
		const email = 'canary-person-5f2c@example.com';
		const name = 'Canary Person 5f2c';
		const made = await call<Person>('POST', '/users', { email, name, password: good }, admin);
		const { data } = await login(email);
		const headers = bearer(data.accessToken);
		await call('POST', '/keys', { name: 'canary key 5f2c' }, { ...headers, 'idempotency-key': 'canary-5f2c' });
		const [rule, their] = [
			{ metric: 'requests', window: 'minute', max: 5 },
			{ attachment: 'user', attachmentId: made.data.id },
		];
		await call('POST', '/limits', { ...rule, ...their }, admin);
		await call('POST', '/budgets', { ...their, period: 'day', amountNanoUsd: '1' }, admin);
		await call('POST', '/limits', { ...rule, attachment: 'organization' }, admin);
		await asOwner('UPDATE limits SET created_by = $1', [made.data.id]);
		await talk(first.organizationId, made.data.id, name);
		await call('POST', '/auth/forgot-password', { email });
		await post.mail(email, 'Reset your password');
		await call('POST', '/auth/change-email', { email: `other-${email}` }, headers);
		await post.mail(`other-${email}`, 'Confirm your new e-mail address');
		const exported = await call<Record<string, unknown[]>>('GET', '/auth/me/export', undefined, headers);
		expect(exported).toMatchObject({
			status: 200,
			data: {
				account: { id: made.data.id, email, name, status: 'active' },
				memberships: [{ organizationId: first.organizationId, roles: [{ role: 'basic' }] }],
				sessions: [{ ip: '127.0.0.1' }],
				keys: [{ name: 'canary key 5f2c' }],
				usage: [],
				limits: [{ organizationId: first.organizationId, metric: 'requests', max: 5 }],
				budgets: [{ period: 'day', amountNanoUsd: '1' }],
				folders: [{ name }],
				conversations: [
					{ title: name, tags: [name], messages: [{ role: 'user', content: [{ type: 'text', text: name }] }] },
				],
				attachments: [{ name, bytes: 1 }],
				shareLinks: [{ audience: 'public' }],
				feedback: [{ comment: name }],
			},
		});
		expect(exported.text).not.toMatch(/argon2|hash|plr_|pl_/);
		expect((await call('DELETE', '/auth/me', undefined, headers)).status).toBe(202);
		await eventually(async () => {
			const pending = await asOwner(`SELECT 1 FROM outbox WHERE status = 'pending'`);
			return pending.length === 0 ? true : undefined;
		});
		const erasure = post.worker.get(AccountErasure, { strict: false });
		expect(await erasure.eraseDue('test')).toBe(0);
		await asOwner('UPDATE users SET delete_after = now() WHERE id = $1', [made.data.id]);
		expect(await erasure.eraseDue('test')).toBe(1);
		expect(await erasure.eraseDue('test')).toBe(0);
		const tables = await asOwner<{ name: string }>(
			`SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition`,
		);
		const found = async (table: string, pattern: string) =>
			(await asOwner(`SELECT 1 FROM ${table} t WHERE t::text ~* $1`, [pattern])).length > 0;
		const hits: string[] = [];
		for (const { name: table } of tables) {
			if (await found(table, 'canary.?person.?5f2c')) hits.push(table);
			// these keep what was done, by ids that nobody can resolve any more
			if (/^(?:audit_|usage_)/.test(table)) continue;
			if (await found(table, `canary.?key.?5f2c|canary-5f2c|${made.data.id}`)) hits.push(`${table}, what was theirs`);
		}
		expect(await asOwner('SELECT storage_key FROM removed_files')).toEqual([{ storage_key: 'canary-file' }]);
		expect(await asOwner('SELECT created_by FROM limits')).toEqual([{ created_by: null }]);
		process.stdout.write(`${tables.length} tables searched for an erased person: ${hits.length} hits\n`);
		expect(hits).toEqual([]);
		expect(tables.length).toBeGreaterThan(25);
	});
});

/** One row of everything that hangs on conversations. */
async function talk(organizationId: string, userId: string, text: string): Promise<void> {
	const [folder, tag, conversation, message, run, file] = Array.from({ length: 6 }, newId);
	const insert = (table: string, row: Record<string, unknown>) => {
		const all = { organization_id: organizationId, ...row };
		const places = Object.keys(all).map((_, at) => `$${at + 1}`);
		return asOwner(`INSERT INTO ${table} (${Object.keys(all).join()}) VALUES (${places.join()})`, Object.values(all));
	};
	const own = { user_id: userId };
	const about = { ...own, conversation_id: conversation };
	const content = JSON.stringify([{ type: 'text', text }]);
	await insert('folders', { ...own, id: folder, name: text });
	await insert('tags', { ...own, id: tag, name: text });
	await insert('conversations', { ...own, id: conversation, folder_id: folder, title: text });
	await insert('conversation_tags', { conversation_id: conversation, tag_id: tag });
	await insert('messages', { conversation_id: conversation, id: message, sequence: 1, role: 'user', content });
	await insert('runs', { ...about, id: run, parent_id: message, model: 'm' });
	await insert('run_logs', { run_id: run, events: content, last_sequence: 1 });
	const stored = {
		kind: 'text',
		media_type: 'text/plain',
		bytes: 1,
		sha256: Buffer.alloc(32),
		storage_key: 'canary-file',
	};
	await insert('attachments', { ...own, id: file, name: text, ...stored });
	await insert('message_attachments', { message_id: message, attachment_id: file });
	const link = { token_hash: Buffer.alloc(32), mode: 'live', audience: 'public', leaf_id: message };
	await insert('share_links', { ...about, id: newId(), ...link });
	await insert('message_feedback', { ...about, id: newId(), message_id: message, comment: text, context: content });
	await insert('responses', { ...about, id: newId(), run_id: run, status: 'completed', request: { text } });
}

describe('invitations', () => {
	const subject = 'Invitation to Default';
	const invite = (email: string, role = 'basic', headers = admin) =>
		call<{ id: string; status: string }>('POST', '/invitations', { email, role }, headers);

	it('make a member of somebody new, once', async () => {
		const email = 'invited@example.com';
		const made = await invite(email, 'premium');
		expect(made).toMatchObject({ status: 201, data: { email, role: 'premium', status: 'open' } });
		expect(made.text).not.toContain('plc_');
		expect(await invite(email)).toMatchObject({ status: 409, code: 'already_invited' });
		const code = await post.code(email, subject);
		expect(await call('POST', '/invitations/accept', { code })).toMatchObject({ status: 400, code: 'account_needed' });
		const answers = await Promise.all(
			Array.from({ length: 10 }, () => call('POST', '/invitations/accept', { code, name: 'Invited', password: good })),
		);
		expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
		expect((await login(email)).data).toMatchObject({ user: { name: 'Invited', roles: ['premium'] } });
		expect(await call('POST', '/invitations/accept', { code })).toMatchObject({ status: 400, code: 'invalid_code' });
		expect(await call('DELETE', `/invitations/${made.data.id}`, undefined, admin)).toMatchObject({
			status: 409,
			code: 'invitation_closed',
		});
		expect(await invite(email)).toMatchObject({ status: 409, code: 'already_member' });
	});

	it('make a member of somebody with an account, who signs in for it', async () => {
		const other = await addTenant(config);
		const email = 'elsewhere@example.com';
		await call('POST', '/users', { email, name: 'E', password: good }, bearer(other.key));
		await invite(email);
		const code = await post.code(email, subject);
		expect(await call('POST', '/invitations/accept', { code, name: 'X', password: good })).toMatchObject({
			status: 409,
			code: 'sign_in_needed',
		});
		const stranger = await aPerson();
		const wrong = bearer((await login(stranger.email)).data.accessToken);
		expect(await call('POST', '/invitations/accept', { code }, wrong)).toMatchObject({ code: 'sign_in_needed' });
		const { data } = await login(email);
		expect((await call('POST', '/invitations/accept', { code }, bearer(data.accessToken))).status).toBe(204);
		const moved = { organizationId: first.organizationId };
		expect((await call('POST', '/auth/switch', moved, bearer(data.accessToken))).status).toBe(200);
	});

	it('give no more than the inviter may give, then and later', async () => {
		const boss = await aPerson('admin');
		const headers = bearer((await login(boss.email)).data.accessToken);
		expect(await invite('x1@example.com', 'owner', headers)).toMatchObject({ status: 403, code: 'role_too_powerful' });
		expect(await invite('x1@example.com', 'nonsense', headers)).toMatchObject({ status: 400, code: 'unknown_role' });
		expect((await invite('x1@example.com', 'admin', headers)).status).toBe(201);
		const code = await post.code('x1@example.com', subject);
		await call('PATCH', `/users/${boss.id}`, { membershipStatus: 'suspended' }, admin);
		expect(await call('POST', '/invitations/accept', { code, name: 'X', password: good })).toMatchObject({
			status: 403,
			code: 'role_too_powerful',
		});
		expect(await asOwner(`SELECT 1 FROM users WHERE email = 'x1@example.com'`)).toEqual([]);
	});

	it('are taken back, run out, and are nobody else’s', async () => {
		const { data } = await invite('back@example.com');
		const code = await post.code('back@example.com', subject);
		expect((await call('DELETE', `/invitations/${data.id}`, undefined, admin)).data).toMatchObject({
			status: 'revoked',
		});
		await invite('late@example.com');
		const late = await post.code('late@example.com', subject);
		await asOwner(`UPDATE invitations SET expires_at = now() WHERE email = 'late@example.com'`);
		for (const wrong of [code, late, null, '', [], `plc_${'A'.repeat(43)}`])
			expect(await call('POST', '/invitations/accept', { code: wrong, name: 'X', password: good })).toMatchObject({
				status: 400,
				code: 'invalid_code',
			});
		const listed = await call<Listed<{ email: string; status: string }>>('GET', '/invitations', undefined, admin);
		expect(listed.data.items.slice(0, 2)).toMatchObject([
			{ email: 'late@example.com', status: 'expired' },
			{ email: 'back@example.com', status: 'revoked' },
		]);
		expect((await invite('late@example.com')).status).toBe(201);
		const foreign = await addTenant(config);
		expect((await call('DELETE', `/invitations/${data.id}`, undefined, bearer(foreign.key))).status).toBe(404);
	});
});
