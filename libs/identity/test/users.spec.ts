import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { AccessModule, RolesService, permissions as catalogue } from '#libs/access';
import { IdentityModule, SignInService, type User, UsersService } from '#libs/identity';
import { type BootstrapResult } from '#libs/installation';
import { newId, type Scope } from '#libs/kernel';
import { asOwner, freshDatabase, openApplication } from '#libs/testing';
import { anotherOrganization, client, config, firstAdmin, join, system } from './support/people.js';

let app: INestApplicationContext;
let users: UsersService;
let admin: BootstrapResult;
const password = 'a decent long password';

beforeAll(async () => {
	await freshDatabase();
	admin = await firstAdmin();
	app = await openApplication(config, [IdentityModule, AccessModule]);
	users = app.get(UsersService);
});
afterAll(async () => app.close());

const home = () => system(admin.organizationId);
const create = (role: string, organizationId = admin.organizationId): Promise<User> =>
	users.create(system(organizationId), { email: `u-${newId()}@example.com`, name: 'U', password, role });

/** That user signed in, with the permissions of their role. */
async function as(user: User): Promise<Scope> {
	const roles = await app.get(RolesService).list(home());
	const held = roles.filter(({ name }) => user.roles.includes(name)).flatMap(({ permissions }) => permissions);
	return { ...home(), actor: { kind: 'user', userId: user.id, sessionId: newId() }, permissions: new Set(held) };
}

it('adds account, membership and role at once', async () => {
	const user = await create('premium');
	expect(user).toMatchObject({ status: 'active', membershipStatus: 'active', roles: ['premium'] });
	expect(JSON.stringify(user)).not.toContain('argon2');
	const [row] = await asOwner<{ password_hash: string }>('SELECT password_hash FROM users WHERE id = $1', [user.id]);
	expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
	expect((await app.get(SignInService).login({ email: user.email, password }, client)).user.id).toBe(user.id);
});

it('leaves nothing behind when one part fails', async () => {
	const email = 'half@example.com';
	const attempt = (role: string) => users.create(home(), { email, name: 'H', password, role });
	await expect(attempt('nonsense')).rejects.toMatchObject({ fault: 'invalid', code: 'unknown_role' });
	await expect(attempt('operator')).rejects.toMatchObject({ fault: 'invalid', code: 'unknown_role' });
	expect(await asOwner('SELECT id FROM users WHERE email = $1', [email])).toEqual([]);
});

it('refuses a weak password and an address that is taken, whatever its case', async () => {
	const input = { email: 'taken@example.com', name: 'T', password, role: 'basic' };
	await users.create(home(), input);
	await expect(users.create(home(), { ...input, email: 'TAKEN@example.com' })).rejects.toMatchObject({
		fault: 'conflict',
		code: 'email_taken',
	});
	await expect(users.create(home(), { ...input, email: 'x@example.com', password: 'short' })).rejects.toMatchObject({
		code: 'weak_password',
		details: [{ field: 'password', code: 'too_short' }],
	});
});

it('stores text that PostgreSQL cannot hold as it can', async () => {
	const name = 'a\u0000b\uD800c';
	const user = await users.create(home(), { email: 'nul@example.com', name, password, role: 'basic' });
	expect(user.name).toBe('a\uFFFDb\uFFFDc');
});

it('lists page by page, each once', async () => {
	await create('basic');
	const seen: string[] = [];
	for (let after: string | undefined; ; ) {
		const { items, next } = await users.list(home(), { limit: 2, after });
		expect(items.length).toBeLessThanOrEqual(2);
		seen.push(...items.map(({ id }) => id));
		if (next === null) break;
		after = next;
	}
	const all = await asOwner('SELECT user_id FROM memberships WHERE organization_id = $1', [admin.organizationId]);
	expect(new Set(seen).size).toBe(seen.length);
	expect(seen).toHaveLength(all.length);
});

it('does not show or change people of other organizations', async () => {
	const stranger = await create('basic', await anotherOrganization());
	await expect(users.get(home(), stranger.id)).rejects.toMatchObject({ fault: 'missing' });
	await expect(users.update(home(), stranger.id, { name: 'Mine' })).rejects.toMatchObject({ fault: 'missing' });
	expect((await users.list(home(), { limit: 100, after: undefined })).items.map(({ id }) => id)).not.toContain(
		stranger.id,
	);
});

it('lets nobody give a role, or act on a person, of more rights than their own', async () => {
	const [owner, boss, basic] = await Promise.all([create('owner'), create('admin'), create('basic')]);
	const scope = await as(boss);
	const input = { email: `o-${newId()}@example.com`, name: 'O', password };
	await expect(users.create(scope, { ...input, role: 'owner' })).rejects.toMatchObject({ code: 'role_too_powerful' });
	await expect(users.update(scope, owner.id, { membershipStatus: 'suspended' })).rejects.toMatchObject({
		code: 'user_too_powerful',
	});
	await expect(users.update(scope, boss.id, { status: 'disabled' })).rejects.toMatchObject({ code: 'own_account' });
	expect(await users.update(scope, basic.id, { membershipStatus: 'suspended', name: 'New' })).toMatchObject({
		membershipStatus: 'suspended',
		status: 'active',
		name: 'New',
	});
});

it('leaves an account that others share to the installation, and a membership to its organization', async () => {
	const scope = await as(await create('owner'));
	const shared = await create('basic');
	await join(await anotherOrganization(), shared.id);
	for (const change of [{ status: 'disabled' as const }, { name: 'Other' }])
		await expect(users.update(scope, shared.id, change)).rejects.toMatchObject({ code: 'not_only_membership' });
	expect((await users.update(scope, shared.id, { membershipStatus: 'suspended' })).membershipStatus).toBe('suspended');
	const operator = { ...scope, permissions: new Set([...scope.permissions, 'instance:users']) };
	expect((await users.update(operator, shared.id, { status: 'disabled' })).status).toBe('disabled');
	expect((await users.update(scope, (await create('basic')).id, { status: 'disabled' })).status).toBe('disabled');
});

it('has built-in roles whose permissions are all in the catalogue', async () => {
	const roles = await app.get(RolesService).list(home());
	expect(roles.map(({ name }) => name).toSorted()).toEqual(['admin', 'basic', 'owner', 'premium', 'viewer']);
	const rows = await asOwner<{ permission: string }>('SELECT DISTINCT permission FROM role_permissions');
	const given = new Set(rows.map(({ permission }) => permission));
	expect([...given].filter((name) => !Object.hasOwn(catalogue, name))).toEqual([]);
	const usable = Object.keys(catalogue).filter((name) => name !== 'account:self');
	expect(usable.filter((name) => !given.has(name))).toEqual([]);
});
