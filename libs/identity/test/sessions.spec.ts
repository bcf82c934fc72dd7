import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import type { Principal } from '#libs/access';
import {
	AuthService,
	IdentityModule,
	SessionAuthenticator,
	SigningKeys,
	SignInService,
	UsersService,
} from '#libs/identity';
import { type BootstrapResult } from '#libs/installation';
import { scopeOf } from '#libs/access';
import { asOwner, eventually, freshDatabase, openApplication } from '#libs/testing';
import { JwtService } from '@nestjs/jwt';
import { adminPassword, anotherOrganization, client, config, firstAdmin, join, system } from './support/people.js';

let app: INestApplicationContext;
let other: INestApplicationContext; // a second replica
let auth: AuthService;
let signIn: SignInService;
let admin: BootstrapResult;

beforeAll(async () => {
	await freshDatabase();
	admin = await firstAdmin();
	[app, other] = await Promise.all([
		openApplication(config, [IdentityModule]),
		openApplication(config, [IdentityModule]),
	]);
	auth = app.get(AuthService);
	signIn = app.get(SignInService);
});
afterAll(async () => {
	await Promise.all([app.close(), other.close()]);
});

const login = (over: Partial<{ email: string; password: string; organizationId: string }> = {}) =>
	signIn.login({ email: admin.adminEmail, password: adminPassword, ...over }, client);

const keys = () => app.get(SigningKeys);
const claimsOf = (token: string) =>
	new JwtService().verify<{ sub: string; sid: string; org: string; iat: number; exp: number }>(token, {
		publicKey: keys().publicKeyFor(token) as never,
		issuer: keys().issuer,
		audience: keys().audience,
		algorithms: ['ES256'],
	});
const authenticate = async (token: string, on = app): Promise<Principal> =>
	on.get(SessionAuthenticator).authenticate(claimsOf(token));

const liveLeaves = async (sid: string) =>
	asOwner(
		`SELECT t.id FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
		WHERE s.id = $1 AND t.used_at IS NULL AND s.revoked_at IS NULL`,
		[sid],
	);
const age = (sid: string, seconds: number) =>
	asOwner('UPDATE refresh_tokens SET used_at = used_at - make_interval(secs => $2) WHERE session_id = $1', [
		sid,
		seconds,
	]);

describe('login', () => {
	it('answers with a token of ten minutes, an opaque refresh token, person and organization', async () => {
		const signedIn = await login();
		const { sub, sid, org, iat, exp } = claimsOf(signedIn.accessToken);
		expect(exp - iat).toBe(600);
		expect(signedIn).toMatchObject({ expiresIn: 600, user: { id: sub, roles: ['owner'] }, organization: { id: org } });
		expect(org).toBe(admin.organizationId);
		expect(signedIn.refreshToken).toMatch(/^plr_[\w-]{43}$/);
		const stored = await asOwner<{ token_hash: Buffer }>(
			'SELECT token_hash FROM refresh_tokens WHERE session_id = $1',
			[sid],
		);
		expect(stored).toHaveLength(1);
		expect(JSON.stringify(stored)).not.toContain(signedIn.refreshToken);
	});

	it('finds the account whatever the case of the address', async () => {
		expect((await login({ email: admin.adminEmail.toUpperCase() })).user.email).toBe(admin.adminEmail);
	});

	it('answers an unknown address, a wrong password and a disabled account alike', async () => {
		const users = app.get(UsersService);
		const input = { name: 'D', password: 'quite a long password', role: 'basic' };
		const disabled = await users.create(system(admin.organizationId), { ...input, email: 'disabled@example.com' });
		await users.update(system(admin.organizationId), disabled.id, { status: 'disabled' });
		const errors = await Promise.all(
			[
				{ email: 'nobody@example.com' },
				{ password: 'wrong wrong wrong' },
				{ email: disabled.email, password: input.password },
			].map((over) => login(over).catch((error: unknown) => error)),
		);
		for (const error of errors)
			expect(error).toMatchObject({
				fault: 'unauthenticated',
				code: 'invalid_credentials',
				message: 'E-mail address or password is wrong',
				details: [],
			});
	});

	it('acts only where the account is an active member', async () => {
		const foreign = await anotherOrganization();
		await expect(login({ organizationId: foreign })).rejects.toMatchObject({ fault: 'denied', code: 'not_a_member' });
	});
});

describe('refresh', () => {
	it('gives parallel callers on two replicas one successor and keeps one live leaf', async () => {
		const { refreshToken, accessToken } = await login();
		const { sid } = claimsOf(accessToken);
		const callers = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? app : other).get(AuthService));
		const results = await Promise.all(callers.map((service) => service.refresh(refreshToken, client)));
		expect(new Set(results.map((result) => result.refreshToken)).size).toBe(1);
		expect(results[0]?.refreshToken).not.toBe(refreshToken);
		expect(await liveLeaves(sid)).toHaveLength(1);
		for (const result of results) expect(claimsOf(result.accessToken).sid).toBe(sid);
	});

	it('repeats a lost answer within ten seconds', async () => {
		const { refreshToken, accessToken } = await login();
		const first = await auth.refresh(refreshToken, client);
		await age(claimsOf(accessToken).sid, 9);
		expect((await auth.refresh(refreshToken, client)).refreshToken).toBe(first.refreshToken);
		expect((await auth.refresh(first.refreshToken, client)).refreshToken).not.toBe(first.refreshToken);
	});

	it('ends the session when a token comes back later, for every token and replica', async () => {
		const { refreshToken, accessToken } = await login();
		const { sid } = claimsOf(accessToken);
		const { refreshToken: second } = await auth.refresh(refreshToken, client);
		await authenticate(accessToken, other);
		await age(sid, 11);
		await expect(auth.refresh(refreshToken, client)).rejects.toMatchObject({
			fault: 'unauthenticated',
			code: 'refresh_token_reused',
		});
		expect(await liveLeaves(sid)).toHaveLength(0);
		for (const token of [refreshToken, second])
			await expect(auth.refresh(token, client)).rejects.toMatchObject({ fault: 'unauthenticated' });
		await expect(authenticate(accessToken)).rejects.toMatchObject({ code: 'session_ended' });
		const refused = () =>
			authenticate(accessToken, other).then(
				() => undefined,
				(error: unknown) => error,
			);
		expect(await eventually(refused)).toMatchObject({ code: 'session_ended' });
	});

	it.each([
		['the token is idle for too long', 'UPDATE refresh_tokens SET expires_at = now() WHERE session_id = $1'],
		['the session is too old', 'UPDATE sessions SET expires_at = now() WHERE id = $1'],
	])('refuses when %s', async (_name, sql) => {
		const { refreshToken, accessToken } = await login();
		await asOwner(sql, [claimsOf(accessToken).sid]);
		await expect(auth.refresh(refreshToken, client)).rejects.toMatchObject({ code: 'invalid_refresh_token' });
	});

	it('lives 14 days unused and 90 days at most', async () => {
		const { accessToken } = await login();
		const [row] = await asOwner<{ idle: number; absolute: number }>(
			`SELECT extract(day FROM t.expires_at - t.created_at)::int AS idle, extract(day FROM s.expires_at - s.created_at)::int AS absolute
			FROM sessions s JOIN refresh_tokens t ON t.session_id = s.id WHERE s.id = $1`,
			[claimsOf(accessToken).sid],
		);
		expect(row).toEqual({ idle: 14, absolute: 90 });
	});

	it.each(['', 'plr_', `plr_${'A'.repeat(43)}`, "plr_' OR 1=1 --", `plr_${'\0'.repeat(43)}`, 'x'.repeat(10_000)])(
		'refuses rubbish %#',
		async (token) => {
			await expect(auth.refresh(token, client)).rejects.toMatchObject({ code: 'invalid_refresh_token' });
		},
	);

	it('refuses an access token', async () => {
		const { accessToken } = await login();
		await expect(auth.refresh(accessToken, client)).rejects.toMatchObject({ code: 'invalid_refresh_token' });
	});
});

describe('logout', () => {
	it('ends the session at once, by refresh token or by scope, and twice', async () => {
		const byToken = await login();
		await authenticate(byToken.accessToken);
		await auth.logout(undefined, byToken.refreshToken, client);
		await auth.logout(undefined, byToken.refreshToken, client);
		await expect(authenticate(byToken.accessToken)).rejects.toMatchObject({ code: 'session_ended' });
		const byScope = await login();
		await auth.logout(scopeOf(await authenticate(byScope.accessToken), 'r'), undefined, client);
		await expect(auth.refresh(byScope.refreshToken, client)).rejects.toMatchObject({ code: 'invalid_refresh_token' });
	});
});

describe('switch', () => {
	it('moves the session, ends tokens for the organization before and is remembered', async () => {
		const target = await anotherOrganization();
		const signedIn = await login({ organizationId: admin.organizationId });
		const principal = await authenticate(signedIn.accessToken);
		await join(target, signedIn.user.id);
		const switched = await auth.switch(scopeOf(principal, 'r'), target);
		expect(switched).toMatchObject({ organization: { id: target }, user: { roles: [] } });
		expect(claimsOf(switched.accessToken)).toMatchObject({ org: target, sid: claimsOf(signedIn.accessToken).sid });
		await expect(authenticate(signedIn.accessToken)).rejects.toMatchObject({ code: 'session_ended' });
		expect((await authenticate(switched.accessToken)).permissions).toEqual(new Set(['account:self']));
		const refreshed = await auth.refresh(signedIn.refreshToken, client);
		expect(claimsOf(refreshed.accessToken).org).toBe(target);
		expect((await auth.refresh(signedIn.refreshToken, client)).refreshToken).toBe(refreshed.refreshToken);
		expect((await login()).organization.id).toBe(target);
		expect((await auth.me(scopeOf(await authenticate(refreshed.accessToken), 'r'))).organizationIds).toContain(target);
	});

	it('hides organizations of others', async () => {
		const { accessToken } = await login({ organizationId: admin.organizationId });
		const scope = scopeOf(await authenticate(accessToken), 'r');
		for (const id of [await anotherOrganization(), '00000000-0000-4000-8000-000000000000'])
			await expect(auth.switch(scope, id)).rejects.toMatchObject({ fault: 'missing', code: 'not_found' });
	});

	it('gives rights of the installation in the system organization only', async () => {
		const { accessToken } = await login({ organizationId: '00000000-0000-7000-8000-000000000001' });
		const { permissions } = await authenticate(accessToken);
		expect([...permissions].filter((name) => name.startsWith('instance:'))).toHaveLength(3);
		const usual = await login({ organizationId: admin.organizationId });
		expect([...(await authenticate(usual.accessToken)).permissions].filter((p) => p.startsWith('instance:'))).toEqual(
			[],
		);
	});
});
