import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Principal, scopeOf } from '#libs/access';
import { IdentityModule, type User, UsersService } from '#libs/identity';
import { bootstrap, type BootstrapResult, generateSecrets } from '#libs/installation';
import { isUuid, newId, type Scope, systemScope } from '#libs/kernel';
import { generateKey, KeyAuthenticator, KeysModule, KeysService } from '#libs/keys';
import { epochField, organizationKey, RedisConnection } from '#libs/redis';
import { asOwner, eventually, freshDatabase, openApplication, testConfig } from '#libs/testing';

const { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY } = generateSecrets();
const config = testConfig('api', { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY });

let app: INestApplicationContext;
let other: INestApplicationContext; // a second replica
let keys: KeysService;
let admin: BootstrapResult;
let basic: User;

beforeAll(async () => {
	await freshDatabase();
	admin = await bootstrap(config, { replaceRevokedKey: false });
	const modules = [KeysModule, IdentityModule];
	[app, other] = await Promise.all([openApplication(config, modules), openApplication(config, modules)]);
	keys = app.get(KeysService);
});
beforeEach(async () => {
	const input = { email: `u-${newId()}@example.com`, name: 'U', password: 'a decent long password', role: 'basic' };
	basic = await app.get(UsersService).create(system(), input);
});
afterAll(async () => {
	await Promise.all([app.close(), other.close()]);
});

const system = (): Scope => systemScope(admin.organizationId, 'test', newId());
const authenticate = async (credential: string, on = app): Promise<Principal> =>
	on.get(KeyAuthenticator).authenticate(credential);
const refused = { fault: 'unauthenticated', code: 'invalid_api_key', message: 'The API key is not valid', details: [] };
const person = (userId: string, permissions: string[]): Scope => ({
	...system(),
	actor: { kind: 'user', userId, sessionId: newId() },
	permissions: new Set(permissions),
});

describe('authentication', () => {
	it('knows the first key: organization, project, owner, rights and epochs', async () => {
		const principal = await authenticate(admin.apiKey ?? '');
		expect(principal).toMatchObject({ organizationId: admin.organizationId, projectId: admin.projectId });
		expect(principal.actor).toMatchObject({ kind: 'key' });
		expect(principal.permissions.has('organizations:delete')).toBe(true);
		expect([...principal.permissions].filter((p) => p === 'account:self' || p.startsWith('instance:'))).toEqual([]);
		const { userId, keyId } = principal.actor as { userId: string; keyId: string };
		expect(principal.epochs).toEqual([epochField.key(keyId), 0, epochField.membership(userId), 0]);
		expect(Object.isFrozen(principal)).toBe(true);
	});

	it('answers a known key at once, without a promise', async () => {
		await authenticate(admin.apiKey ?? '');
		expect(app.get(KeyAuthenticator).authenticate(admin.apiKey ?? '')).not.toBeInstanceOf(Promise);
	});

	it('refuses malformed keys without asking the database', async () => {
		const asked: string[] = [];
		const source = app.get(DataSource);
		const query = source.query.bind(source);
		source.query = (sql: string, parameters?: unknown[]) => {
			asked.push(sql);
			return query(sql, parameters);
		};
		const good = admin.apiKey ?? '';
		const bad = ['', 'pl_', good.slice(0, -1), `${good}x`, good.slice(0, -1) + (good.endsWith('A') ? 'B' : 'A')];
		const worse = [
			`pl_${"' OR 1=1 --".padEnd(51, ' ')}`,
			`pl_${'\0'.repeat(51)}`,
			'pl_é'.padEnd(54, 'é'),
			'x'.repeat(10_000),
		];
		try {
			for (const credential of [...bad, ...worse]) {
				const attempt = authenticate(credential);
				await expect(attempt).rejects.toMatchObject(refused);
			}
			expect(asked).toEqual([]);
			await expect(authenticate(generateKey().credential)).rejects.toMatchObject(refused);
			expect(asked).toHaveLength(1);
		} finally {
			source.query = query;
		}
	});

	it('never takes another credential for a cached one, whatever they share', async () => {
		const good = admin.apiKey ?? '';
		await authenticate(good);
		for (let n = 0; n < 200; n++) {
			const { credential } = generateKey();
			const shared = good.slice(0, 15 + (n % 30)) + credential.slice(15 + (n % 30));
			await expect(authenticate(shared)).rejects.toMatchObject(refused);
		}
	});

	it('refuses the right id with another secret', async () => {
		const stranger = generateKey();
		const [row] = await asOwner<{ key_id: string }>('SELECT key_id FROM api_keys LIMIT 1');
		await asOwner('UPDATE api_keys SET key_id = $1 WHERE key_id = $2', [stranger.keyId, row?.key_id]);
		await expect(authenticate(stranger.credential)).rejects.toMatchObject(refused);
		await asOwner('UPDATE api_keys SET key_id = $2 WHERE key_id = $1', [stranger.keyId, row?.key_id]);
	});

	it.each([
		['expired', `UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = $1`],
		['revoked', 'UPDATE api_keys SET revoked_at = now() WHERE id = $1'],
		[
			'of a disabled account',
			`UPDATE users SET status = 'disabled' WHERE id = (SELECT user_id FROM api_keys WHERE id = $1)`,
		],
		[
			'of a suspended member',
			`UPDATE memberships SET status = 'suspended' WHERE user_id = (SELECT user_id FROM api_keys WHERE id = $1)`,
		],
		['hashed with a lost pepper', `UPDATE api_keys SET pepper_kid = 'lost' WHERE id = $1`],
	])('refuses a key that is %s, in the same words', async (_state, sql) => {
		const { id, apiKey } = await keys.create(system(), { name: 'k', userId: basic.id });
		await asOwner(sql, [id]);
		await expect(authenticate(apiKey)).rejects.toMatchObject(refused);
	});

	it('gives a key no more than its owner may do now', async () => {
		const { apiKey } = await keys.create(system(), {
			name: 'k',
			userId: basic.id,
			scopes: ['models:use', 'users:write'],
		});
		expect([...(await authenticate(apiKey)).permissions]).toEqual(['models:use']);
	});
});

describe('revocation', () => {
	it('is known at once here, soon on other replicas and to the admission script', async () => {
		const { id, apiKey } = await keys.create(system(), { name: 'k', userId: basic.id });
		await Promise.all([authenticate(apiKey), authenticate(apiKey, other)]);
		const revoked = await keys.revoke(system(), id);
		expect(revoked.revokedAt).toBeInstanceOf(Date);
		await expect(authenticate(apiKey)).rejects.toMatchObject(refused);
		const elsewhere = () =>
			authenticate(apiKey, other).then(
				() => undefined,
				(error: unknown) => error,
			);
		expect(await eventually(elsewhere, 2_000)).toMatchObject(refused);
		const field = organizationKey(admin.organizationId, 'epochs');
		expect(await app.get(RedisConnection).client.hget(field, epochField.key(id))).toBe('1');
		expect((await keys.revoke(system(), id)).revokedAt).toEqual(revoked.revokedAt);
		expect(await asOwner('SELECT epoch FROM api_keys WHERE id = $1', [id])).toEqual([{ epoch: 1 }]);
	});

	it('reaches the keys of a suspended member', async () => {
		const { apiKey } = await keys.create(system(), { name: 'k', userId: basic.id });
		await authenticate(apiKey);
		await app.get(UsersService).update(system(), basic.id, { membershipStatus: 'suspended' });
		await expect(authenticate(apiKey)).rejects.toMatchObject(refused);
	});
});

describe('management', () => {
	it('shows a key once and stores nothing that proves it', async () => {
		const { apiKey, ...key } = await keys.create(system(), { name: 'k\u0000', userId: basic.id });
		expect(key).toMatchObject({ name: 'k\uFFFD', scopes: null, projectId: admin.projectId, revokedAt: null });
		expect(isUuid(key.id)).toBe(true);
		const secret = apiKey.slice(16);
		const [row] = await asOwner('SELECT * FROM api_keys WHERE id = $1', [key.id]);
		expect(JSON.stringify(row)).not.toContain(secret.slice(0, 32));
		const { items } = await keys.list(system(), { limit: 100, after: undefined });
		expect(items.find(({ id }) => id === key.id)).toEqual(key);
	});

	it('lets people see and revoke their own only, unless they may act for all', async () => {
		const own = person(basic.id, ['keys:read', 'keys:write']);
		const mine = await keys.create(own, { name: 'mine' });
		const first = (await keys.list(system(), { limit: 100, after: undefined })).items.find(
			(k) => k.userId !== basic.id,
		);
		expect((await keys.list(own, { limit: 100, after: undefined })).items.map(({ id }) => id)).toEqual([mine.id]);
		await expect(keys.revoke(own, first?.id ?? '')).rejects.toMatchObject({ fault: 'missing' });
		await expect(keys.create(own, { name: 'x', userId: first?.userId })).rejects.toMatchObject({ fault: 'denied' });
		const all = person(first?.userId ?? '', ['keys:read_all', 'keys:write_all', 'models:use']);
		const made = await keys.create(all, { name: 'for them', userId: basic.id });
		expect(made.scopes).toEqual(['keys:read_all', 'keys:write_all', 'models:use']);
		expect((await keys.revoke(all, mine.id)).revokedAt).not.toBeNull();
	});

	it('lets no key hand on more than it has', async () => {
		const narrow = await keys.create(system(), { name: 'n', userId: basic.id, scopes: ['keys:write', 'keys:read'] });
		const scope = scopeOf(await authenticate(narrow.apiKey), newId());
		await expect(keys.create(scope, { name: 'x', scopes: ['models:use'] })).rejects.toMatchObject({
			code: 'scope_not_held',
		});
		expect((await keys.create(scope, { name: 'x' })).scopes).toEqual(['keys:read', 'keys:write']);
	});

	it('refuses an expiry in the past, and users and projects of others', async () => {
		const own = person(basic.id, ['keys:write']);
		await expect(keys.create(own, { name: 'x', expiresAt: new Date(0) })).rejects.toMatchObject({
			code: 'expiry_in_past',
		});
		await expect(keys.create(own, { name: 'x', projectId: newId() })).rejects.toMatchObject({ fault: 'missing' });
		await expect(keys.create(system(), { name: 'x', userId: newId() })).rejects.toMatchObject({ fault: 'missing' });
		await expect(keys.create(system(), { name: 'x' })).rejects.toMatchObject({ code: 'owner_needed' });
	});

	it('lists newest first, page by page, each once', async () => {
		const own = person(basic.id, ['keys:read', 'keys:write']);
		const made: string[] = [];
		for (let n = 0; n < 5; n++) made.unshift((await keys.create(own, { name: `k${n}` })).id);
		const seen: string[] = [];
		for (let after: string | undefined; ; ) {
			const { items, next } = await keys.list(own, { limit: 2, after });
			seen.push(...items.map(({ id }) => id));
			if (next === null) break;
			after = next;
		}
		expect(seen).toEqual(made.toSorted().toReversed());
	});
});
