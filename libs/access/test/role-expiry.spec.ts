import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { AccessModule, RoleExpiry } from '#libs/access';
import { newId, SYSTEM_ORGANIZATION_ID } from '#libs/kernel';
import { epochField, organizationKey, RedisConnection } from '#libs/redis';
import { asOwner, freshDatabase, openApplication, testConfig } from '#libs/testing';

let worker: INestApplicationContext;
beforeAll(async () => {
	await freshDatabase();
	worker = await openApplication(testConfig('worker'), [AccessModule], 'worker');
});
afterAll(() => worker.close());

it('takes roles whose time is over, and no others, and tells every cache', async () => {
	const [organizationId, over, lasting] = [newId(), newId(), newId()];
	await asOwner('INSERT INTO organizations (id, slug, name) VALUES ($1, $2, $2)', [organizationId, 'o']);
	for (const [userId, expiresAt] of [
		[over, new Date(Date.now() - 1_000)],
		[lasting, new Date(Date.now() + 60_000)],
	] as const) {
		await asOwner('INSERT INTO users (id, email, name) VALUES ($1, $2, $2)', [userId, `${userId}@example.test`]);
		await asOwner('INSERT INTO memberships (organization_id, id, user_id) VALUES ($1, $2, $3)', [
			organizationId,
			newId(),
			userId,
		]);
		await asOwner(
			`INSERT INTO user_roles (organization_id, id, user_id, role_organization_id, role_id, expires_at)
			SELECT $1, $2, $3, r.organization_id, r.id, $5 FROM roles r WHERE r.organization_id = $4 AND r.name = 'viewer'`,
			[organizationId, newId(), userId, SYSTEM_ORGANIZATION_ID, expiresAt],
		);
	}
	expect(await worker.get(RoleExpiry).expireDue('test')).toBe(1);
	expect(await worker.get(RoleExpiry).expireDue('test')).toBe(0);
	expect(await asOwner('SELECT user_id FROM user_roles')).toEqual([{ user_id: lasting }]);
	const epochs = await asOwner('SELECT user_id, epoch FROM memberships ORDER BY epoch');
	expect(epochs).toEqual([
		{ user_id: lasting, epoch: 0 },
		{ user_id: over, epoch: 1 },
	]);
	const { client } = worker.get(RedisConnection);
	expect(await client.hgetall(organizationKey(organizationId, 'epochs'))).toEqual({
		[epochField.membership(over)]: '1',
	});
	expect(await asOwner('SELECT action, target_id, before FROM audit_events')).toMatchObject([
		{ action: 'role.expire', target_id: over, before: { roleName: 'viewer' } },
	]);
});
