import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bootstrap, generateSecrets } from '#libs/installation';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
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
	api = await startApi({ REGISTRATION: 'open' });
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

describe('registration', () => {
	const input = { email: 'new@example.com', name: 'New Person', password: good, organizationName: 'Söhne & Co' };

	it('makes account, organization and owner once the address is confirmed', async () => {
		expect(await call('POST', '/auth/register', input)).toMatchObject({ status: 202, data: null });
		const code = await post.code(input.email, 'Confirm your e-mail address');
		expect(await login(input.email, good)).toMatchObject({ status: 401, code: 'invalid_credentials' });
		expect((await call('POST', '/auth/verify-email', { code })).status).toBe(204);
		expect(await call('POST', '/auth/verify-email', { code })).toMatchObject({ status: 400, code: 'invalid_code' });
		const signedIn = await login(input.email, good);
		expect(signedIn).toMatchObject({
			status: 200,
			data: {
				user: { name: 'New Person', roles: ['owner'] },
				organization: { name: 'Söhne & Co', slug: expect.stringMatching(/^sohne-co-[0-9a-f]{8}$/) },
			},
		});
		const projects = await call('GET', '/projects', undefined, bearer(signedIn.data.accessToken));
		expect(projects.data).toMatchObject({ items: [{ name: 'Default', isDefault: true }] });
	});

	it('answers the same for an address that has an account, and tells its owner only', async () => {
		const taken = await call('POST', '/auth/register', { ...input, email: admin.email });
		const free = await call('POST', '/auth/register', { ...input, email: 'free@example.com' });
		expect(comparable(taken)).toEqual(comparable(free));
		await post.mail(admin.email, 'You have an account already');
		await post.mail('free@example.com', 'Confirm your e-mail address');
		expect(post.subjectsTo(admin.email)).not.toContain('Confirm your e-mail address');
	});

	it('does the same statements for both', async () => {
		const rows = await asOwner<{ email: string; shape: string }>(
			`SELECT email, concat(kind, user_id, length(password_hash)) AS shape FROM account_requests
			WHERE email IN ($1, 'free@example.com')`,
			[admin.email],
		);
		expect(rows).toHaveLength(2);
		expect(rows[0]?.shape).toBe(rows[1]?.shape);
	});

	it('refuses weak passwords, and everything when it is closed', async () => {
		expect(await call('POST', '/auth/register', { ...input, password: 'short' })).toMatchObject({
			status: 400,
			code: 'weak_password',
		});
		expect(await call('POST', '/auth/register', { ...input, password: 'Söhne & Co Söhne & Co' })).toMatchObject({
			code: 'weak_password',
			text: expect.stringContaining('too_personal'),
		});
		const closed = new Caller(() => replica);
		expect(await closed.call('POST', '/auth/register', input)).toMatchObject({
			status: 403,
			code: 'registration_closed',
		});
	});
});

describe('a forgotten password', () => {
	const SUBJECT = 'Reset your password';

	it('is reset by a code out of a mail, which ends all sessions', async () => {
		const { email, userId } = await aPerson();
		const before = await login(email, good);
		expect(comparable(await call('POST', '/auth/forgot-password', { email }))).toEqual(
			comparable(await call('POST', '/auth/forgot-password', { email: 'nobody-at-all@example.com' })),
		);
		const code = await post.code(email, SUBJECT);
		expect(await call('POST', '/auth/reset-password', { code, password: 'short' })).toMatchObject({
			code: 'weak_password',
		});
		expect((await call('POST', '/auth/reset-password', { code, password: better })).status).toBe(204);
		expect((await call('GET', '/auth/me', undefined, bearer(before.data.accessToken))).status).toBe(401);
		expect((await call('POST', '/auth/refresh', { refreshToken: before.data.refreshToken })).status).toBe(401);
		expect((await login(email, good)).status).toBe(401);
		expect((await login(email, better)).status).toBe(200);
		await post.mail(email, 'Your password was changed');
		const actions = await asOwner<{ action: string }>(
			`SELECT action FROM audit_events WHERE target_id = $1 AND action LIKE 'auth.password%' ORDER BY occurred_at`,
			[userId],
		);
		expect(actions.map(({ action }) => action)).toEqual(['auth.password_forgot', 'auth.password_reset']);
		expect(post.subjectsTo('nobody-at-all@example.com')).toEqual([]);
	});

	it('is not reset by anything else, each with the same answer', async () => {
		const person = await aPerson();
		const other = await aPerson();
		for (const { email } of [person, other]) await call('POST', '/auth/forgot-password', { email });
		const [used, expired] = [await post.code(person.email, SUBJECT), await post.code(other.email, SUBJECT)];
		await call('POST', '/auth/reset-password', { code: used, password: better });
		await asOwner(`UPDATE account_requests SET expires_at = now() WHERE user_id = $1`, [other.userId]);
		await call('POST', '/auth/register', { email: 'foreign@example.com', name: 'F', password: good });
		const foreign = await post.code('foreign@example.com', 'Confirm your e-mail address');
		const wrong = [null, '', undefined, [], {}, [used], 'null', 'undefined', 0, true, used, expired, foreign];
		const unknown = [
			`plc_${'A'.repeat(43)}`,
			`${expired}x`,
			` ${expired}`,
			expired.toLowerCase(),
			"' OR 1=1 --",
			'\u0000',
		];
		const answers = [];
		for (const code of [...wrong, ...unknown])
			answers.push(await call('POST', '/auth/reset-password', { code, password: 'a third decent password' }));
		process.stdout.write(`${answers.length} codes that must not work tried\n`);
		for (const answer of answers) expect(comparable(answer)).toEqual(comparable(answers[0] as Answer<unknown>));
		expect(answers[0]).toMatchObject({ status: 400, code: 'invalid_code' });
		expect((await login(other.email, good)).status).toBe(200);
		expect((await login(person.email, better)).status).toBe(200);
	});

	it('works once for twenty at the same moment', async () => {
		const { email } = await aPerson();
		await call('POST', '/auth/forgot-password', { email });
		const code = await post.code(email, SUBJECT);
		const passwords = Array.from({ length: 20 }, (_, n) => `decent long password no ${n}`);
		const answers = await Promise.all(
			passwords.map((password) => call('POST', '/auth/reset-password', { code, password })),
		);
		const statuses = answers.map(({ status }) => status);
		process.stdout.write(`20 at once with one code: ${statuses.filter((status) => status === 204).length} took it\n`);
		expect(statuses.filter((status) => status === 204)).toHaveLength(1);
		expect(new Set(statuses.filter((status) => status !== 204))).toEqual(new Set([400]));
		expect((await login(email, passwords[statuses.indexOf(204)] ?? '')).status).toBe(200);
	});

	it('keeps codes of 256 bits as hashes, for half an hour, out of logs', async () => {
		const { email, userId } = await aPerson();
		await call('POST', '/auth/forgot-password', { email });
		const code = await post.code(email, SUBJECT);
		const [row] = await asOwner<{ all: string; minutes: number }>(
			`SELECT r::text AS all, extract(epoch FROM expires_at - now()) / 60 AS minutes FROM account_requests r WHERE user_id = $1`,
			[userId],
		);
		expect(Buffer.from(code.slice(4), 'base64url')).toHaveLength(32);
		expect(row?.all).not.toContain(code.slice(4));
		expect(Number(row?.minutes)).toBeGreaterThan(29);
		expect(Number(row?.minutes)).toBeLessThanOrEqual(30);
		expect(api.logLines.join('')).not.toContain(code.slice(4));
	});

	it('writes a handful of mails to one address at most', async () => {
		const answers = [];
		for (let n = 0; n < 8; n++)
			answers.push(await call('POST', '/auth/forgot-password', { email: 'often@example.com' }));
		expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202, 429, 429, 429]);
		expect(answers.at(-1)).toMatchObject({ code: 'too_many_attempts' });
		expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(60);
	});
});
