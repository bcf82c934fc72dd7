import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bootstrap, generateSecrets } from '#libs/installation';
import { asOwner, eventually, freshDatabase, testConfig } from '#libs/testing';
import { type Answer, bearer, Caller, type Tokens } from './support/caller.js';
import { PostOffice } from './support/post-office.js';
import { startApi, type TestApi } from './support/start-api.js';

const { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY } = generateSecrets();
const config = testConfig('api', { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY });
const admin = { email: BOOTSTRAP_ADMIN_EMAIL, password: BOOTSTRAP_ADMIN_PASSWORD };
const good = 'a decent long password';
const better = 'another decent password';

let api: TestApi;
let replica: TestApi;
let post: PostOffice;
const caller = new Caller(() => api);
const call = <Data = Tokens>(...line: Parameters<Caller['call']>) => caller.call<Data>(...line);
const login = (email: string, password: string, headers = {}) => caller.login(email, password, headers);

beforeAll(async () => {
	await freshDatabase();
	await bootstrap(config, { replaceRevokedKey: false });
	api = await startApi();
	replica = await startApi();
	post = await PostOffice.open();
});
afterAll(async () => {
	await Promise.all([api.stop(), replica.stop(), post.close()]);
});

/** The same but for what is new in every answer. */
const comparable = ({ status, text, headers }: Answer<unknown>) => ({
	status,
	text: text.replaceAll(/"requestId":"[^"]*"/g, ''),
	headers: [...headers].filter(([name]) => !/^(?:date|x-request-id|request-id|ratelimit|content-length)$/.test(name)),
	length: text.length,
});

let people = 0;
/** Somebody with an account and an organization of their own. */
async function aPerson(password = good): Promise<{ email: string; password: string; userId: string }> {
	const email = `person-${++people}@example.com`;
	const made = await call<{ id: string }>(
		'POST',
		'/users',
		{ email, name: `Q${people}`, password, role: 'basic' },
		bearer(BOOTSTRAP_API_KEY),
	);
	expect(made.status).toBe(201);
	return { email, password, userId: made.data.id };
}

describe('changing the password', () => {
	it('needs the current one, and leaves one new session', async () => {
		const { email } = await aPerson();
		const [one, two] = [await login(email, good), await login(email, good)];
		const headers = bearer(one.data.accessToken);
		for (const currentPassword of [undefined, '', 'wrong wrong wrong'])
			expect(
				await call('POST', '/auth/change-password', { currentPassword, newPassword: better }, headers),
			).toMatchObject({ status: 403, code: 'wrong_password' });
		expect(
			await call('POST', '/auth/change-password', { currentPassword: good, newPassword: 'short' }, headers),
		).toMatchObject({ status: 400, code: 'weak_password', text: expect.stringContaining('"field":"newPassword"') });
		const changed = await call(
			'POST',
			'/auth/change-password',
			{ currentPassword: good, newPassword: better },
			headers,
		);
		expect(changed.status).toBe(200);
		for (const tokens of [one.data, two.data]) {
			expect((await call('GET', '/auth/me', undefined, bearer(tokens.accessToken))).status).toBe(401);
			expect((await call('POST', '/auth/refresh', { refreshToken: tokens.refreshToken })).status).toBe(401);
		}
		const sessions = await call('GET', '/auth/sessions', undefined, bearer(changed.data.accessToken));
		expect(sessions.data).toMatchObject({ items: [{ isCurrent: true }], nextCursor: null });
		expect((await login(email, better)).status).toBe(200);
	});

	it('takes and keeps passwords as they are typed, but for composed characters', async () => {
		const long = `${'Ünïcode ✓ passphrase '.repeat(5)}end`.slice(0, 100);
		const { email } = await aPerson(long);
		expect((await login(email, long.normalize('NFD'))).status).toBe(200);
		const cut = Buffer.from(long).subarray(0, 72).toString('utf8');
		for (const wrong of [cut, long.toLowerCase(), long.trimEnd().slice(0, -1), ` ${long}`, `${long} `])
			expect((await login(email, wrong)).status).toBe(401);
	});
});

describe('sessions', () => {
	it('are listed, and ended one by one or all, on every replica', async () => {
		const { email } = await aPerson();
		const [one, two, three] = [await login(email, good), await login(email, good), await login(email, good)];
		const there = new Caller(() => replica);
		for (const { data } of [one, two, three])
			expect((await there.call('GET', '/auth/me', undefined, bearer(data.accessToken))).status).toBe(200);
		const headers = bearer(one.data.accessToken);
		const listed = await call<{ items: { id: string; isCurrent: boolean }[] }>(
			'GET',
			'/auth/sessions',
			undefined,
			headers,
		);
		expect(listed.data.items.map(({ isCurrent }) => isCurrent)).toEqual([false, false, true]);
		expect(listed.text).not.toContain('plr_');
		const [newest] = listed.data.items;
		expect((await call('DELETE', `/auth/sessions/${newest?.id}`, undefined, headers)).status).toBe(204);
		expect((await call('DELETE', `/auth/sessions/${newest?.id}`, undefined, headers)).status).toBe(404);
		const refused = (token: string) => async () =>
			(await there.call('GET', '/auth/me', undefined, bearer(token))).status === 401 ? true : undefined;
		await eventually(refused(three.data.accessToken));
		expect((await call('POST', '/auth/refresh', { refreshToken: three.data.refreshToken })).status).toBe(401);
		expect((await call('POST', '/auth/logout-all', undefined, headers)).status).toBe(204);
		for (const { data } of [one, two]) {
			await eventually(refused(data.accessToken));
			expect((await call('POST', '/auth/refresh', { refreshToken: data.refreshToken })).status).toBe(401);
		}
	});

	it('of others cannot be ended or told from none', async () => {
		const [mine, theirs] = [await aPerson(), await aPerson()];
		const tokens = await login(mine.email, good);
		await login(theirs.email, good);
		const [foreign] = await asOwner<{ id: string }>('SELECT id FROM sessions WHERE user_id = $1', [theirs.userId]);
		const headers = bearer(tokens.data.accessToken);
		const answers = [];
		for (const id of [foreign?.id, '01980000-0000-7000-8000-000000000000'])
			answers.push(comparable(await call('DELETE', `/auth/sessions/${id}`, undefined, headers)));
		expect(answers[0]).toEqual(answers[1]);
		expect(answers[0]?.status).toBe(404);
	});

	it('begin with ids that nobody has seen before', async () => {
		const { email } = await aPerson();
		const planted = `plr_${'A'.repeat(43)}`;
		const before = await login(email, good);
		const after = await login(email, good, { cookie: `parallama_refresh=${planted}` });
		expect(new Set([planted, before.data.refreshToken, after.data.refreshToken]).size).toBe(3);
		const sid = (token: string) =>
			(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sid: string }).sid;
		expect(sid(after.data.accessToken)).not.toBe(sid(before.data.accessToken));
		expect((await call('POST', '/auth/refresh', undefined, { cookie: `parallama_refresh=${planted}` })).status).toBe(
			401,
		);
	});

	it('tell their owner when they begin somewhere new, and only then', async () => {
		const { email } = await aPerson();
		for (const agent of ['one', 'one', 'two', 'two']) await login(email, good, { 'user-agent': agent });
		await post.mail(email, 'New sign-in to your account');
		await eventually(async () => {
			const rows = await asOwner(`SELECT 1 FROM mails WHERE recipient = $1 AND status = 'pending'`, [email]);
			return rows.length === 0 ? true : undefined;
		});
		expect(post.subjectsTo(email)).toEqual(['New sign-in to your account']);
		expect((await post.mail(email, 'New sign-in to your account')).parsed.text).toContain('127.0.0.1 (two)');
	});
});

describe('what is sensitive', () => {
	const stale = (userId: string) =>
		asOwner(`UPDATE sessions SET authenticated_at = now() - interval '301 seconds' WHERE user_id = $1`, [userId]);

	it('needs a password that was given within five minutes', async () => {
		const { email, userId } = await aPerson();
		const { data } = await login(email, good);
		const headers = bearer(data.accessToken);
		const attempts = [
			['POST', '/keys', { name: 'k' }],
			['POST', '/auth/change-email', { email: 'other@example.com' }],
		] as const;
		await stale(userId);
		for (const [method, path, body] of attempts)
			expect(await call(method, path, body, headers)).toMatchObject({ status: 403, code: 'reauthentication_required' });
		expect(await call('POST', '/auth/reauthenticate', { password: 'wrong wrong wrong' }, headers)).toMatchObject({
			status: 403,
			code: 'wrong_password',
		});
		expect((await call('POST', '/auth/reauthenticate', { password: good }, headers)).status).toBe(204);
		for (const [method, path, body] of attempts)
			expect((await call(method, path, body, headers)).status).toBeLessThan(300);
		expect((await call('POST', '/keys', { name: 'by a key' }, bearer(BOOTSTRAP_API_KEY))).status).toBe(201);
	});

	it('lets nobody guess the password of a session', async () => {
		const { email } = await aPerson();
		const { data } = await login(email, good);
		const statuses = [];
		for (let n = 0; n < 12; n++) {
			const body = { password: `wrong wrong wrong ${n}` };
			statuses.push((await call('POST', '/auth/reauthenticate', body, bearer(data.accessToken))).status);
		}
		expect(statuses).toEqual([...Array.from({ length: 10 }, () => 403), 429, 429]);
	});
});

describe('another address', () => {
	it('counts once it was confirmed', async () => {
		const { email, userId } = await aPerson();
		const { data } = await login(email, good);
		const fresh = `fresh-${userId}@example.com`;
		const headers = bearer(data.accessToken);
		expect((await call('POST', '/auth/change-email', { email: fresh }, headers)).status).toBe(202);
		const code = await post.code(fresh, 'Confirm your new e-mail address');
		expect((await login(fresh, good)).status).toBe(401);
		expect((await call('POST', '/auth/verify-email', { code })).status).toBe(204);
		expect((await login(fresh, good)).status).toBe(200);
		expect((await login(email, good)).status).toBe(401);
		expect((await call('POST', '/auth/change-email', { email: admin.email }, headers)).status).toBe(202);
		await post.mail(admin.email, 'You have an account already');
	});
});

it('the keys of access tokens are published, without their private halves', async () => {
	const answer = await fetch(`${api.url}/.well-known/jwks.json`);
	const { keys } = (await answer.json()) as { keys: Record<string, string>[] };
	expect(keys).toHaveLength(1);
	expect(Object.keys(keys[0] ?? {}).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
	const { data } = await login(admin.email, admin.password);
	const header = JSON.parse(Buffer.from(data.accessToken.split('.')[0] ?? '', 'base64url').toString()) as object;
	expect(header).toMatchObject({ kid: keys[0]?.['kid'] });
});
