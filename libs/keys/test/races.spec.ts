import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { type Assignment, MembershipsService, RoleAssignmentsService, ServiceAccountsService } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { newId, type Scope, systemScope } from '#libs/kernel';
import { KeyAuthenticator, KeysModule, KeysService } from '#libs/keys';
import { asOwner, freshDatabase, openApplication, testConfig } from '#libs/testing';

const TRIALS = 40;

let app: INestApplicationContext;
let other: INestApplicationContext; // a second replica
let organizationId: string;
beforeAll(async () => {
	await freshDatabase();
	const config = testConfig('api');
	[app, other] = await Promise.all([openApplication(config, [KeysModule]), openApplication(config, [KeysModule])]);
	organizationId = newId();
	await asOwner(`INSERT INTO organizations (id, slug, name) VALUES ($1, 'o', 'O')`, [organizationId]);
	await asOwner(`INSERT INTO projects (organization_id, id, name, is_default) VALUES ($1, $2, 'P', true)`, [
		organizationId,
		newId(),
	]);
});
afterAll(async () => {
	await Promise.all([app.close(), other.close()]);
});

const system = (): Scope => systemScope(organizationId, 'test', newId());
const permissionsOf = async (userId: string): Promise<string[]> => {
	const read = (tenant: Parameters<MembershipsService['get']>[0]) => app.get(MembershipsService).get(tenant, userId);
	return [...(await app.get(UnitOfWork).run(system(), read)).permissions];
};
/** A member (a service account is as good as a person here) with a role, and the scope of what they may do now. */
async function member(role: string): Promise<{ userId: string; scope: Scope; assignment: Assignment }> {
	const { id: userId } = await app.get(ServiceAccountsService).create(system(), { name: 'm', role });
	const page = { limit: 10, after: undefined };
	const { items } = await app.get(RoleAssignmentsService).list(system(), { userId }, page);
	const actor = { kind: 'user', userId, sessionId: newId() } as const;
	const scope = { ...system(), actor, permissions: new Set(await permissionsOf(userId)) };
	return { userId, scope, assignment: items[0] as Assignment };
}
/** What a key may do now, as a replica sees it that has not seen it before; `undefined` when it is refused. */
const rightsOf = async (credential: string, at = app): Promise<string[] | undefined> => {
	at.get(KeyAuthenticator).forget(credential);
	try {
		return [...(await at.get(KeyAuthenticator).authenticate(credential)).permissions];
	} catch {
		return undefined;
	}
};
const settled = (...work: Promise<unknown>[]) => Promise.allSettled(work);

/** How many of the trials ended as they may. */
async function trials(name: string, isLegal: () => Promise<boolean>): Promise<number> {
	let legal = 0;
	for (let n = 0; n < TRIALS; n++) if (await isLegal()) legal++;
	process.stdout.write(`races: ${name}: ${legal} of ${TRIALS} end as they may\n`);
	return legal;
}

it('a key made while its maker loses a role never has more than they have left', async () => {
	const legal = await trials('losing a role, making a key', async () => {
		const { userId, scope, assignment } = await member('admin');
		const made = app.get(KeysService).create(scope, { name: 'k', scopes: ['users:write', 'models:use'] });
		await settled(app.get(RoleAssignmentsService).revoke(system(), assignment.id), made);
		const rights = await made.then(({ apiKey }) => rightsOf(apiKey)).catch(() => []);
		const left = await permissionsOf(userId);
		return left.length === 0 && rights?.length === 0;
	});
	expect(legal).toBe(TRIALS);
}, 120_000);

it('a key that is used while it is revoked does not work afterwards, on any replica', async () => {
	const legal = await trials('revoking a key, using it', async () => {
		const { userId } = await member('basic');
		const { id, apiKey } = await app.get(KeysService).create(system(), { name: 'k', userId });
		const use = async (at: INestApplicationContext) => at.get(KeyAuthenticator).authenticate(apiKey);
		await settled(use(app), use(other), app.get(KeysService).revoke(system(), id), use(app), use(other));
		const here = await use(app).catch(() => undefined); // from the cache, if it were there
		return here === undefined && (await rightsOf(apiKey, other)) === undefined;
	});
	expect(legal).toBe(TRIALS);
}, 120_000);

it('a key made by a key that is being revoked does not outlive it', async () => {
	const legal = await trials('revoking a key, making a key with it', async () => {
		const { userId, scope } = await member('basic');
		const parent = await app.get(KeysService).create(system(), { name: 'p', userId });
		const byParent: Scope = { ...scope, actor: { kind: 'key', userId, keyId: parent.id } };
		const child = app.get(KeysService).create(byParent, { name: 'c' });
		await settled(app.get(KeysService).revoke(system(), parent.id), child);
		const rights = await child.then(({ apiKey }) => rightsOf(apiKey)).catch(() => undefined);
		return rights === undefined;
	});
	expect(legal).toBe(TRIALS);
}, 120_000);

it('two owners who take the role from each other, or suspend each other, leave one', async () => {
	const change = (scope: Scope, userId: string) =>
		app.get(UnitOfWork).run(scope, async (tenant) => {
			await app.get(MembershipsService).actOn(tenant, userId);
			await app.get(MembershipsService).change(tenant, userId, 'suspended');
		});
	const legal = await trials('two owners against each other', async () => {
		await asOwner(`DELETE FROM user_roles WHERE organization_id = $1`, [organizationId]);
		const [a, b] = [await member('owner'), await member('owner')];
		const isBySuspension = Math.trunc(performance.now()) % 2 === 0;
		const results = await (isBySuspension
			? settled(change(a.scope, b.userId), change(b.scope, a.userId))
			: settled(
					app.get(RoleAssignmentsService).revoke(a.scope, b.assignment.id),
					app.get(RoleAssignmentsService).revoke(b.scope, a.assignment.id),
				));
		const [row] = await asOwner<{ owners: string }>(
			`SELECT count(*) AS owners FROM user_roles a JOIN memberships m ON m.organization_id = a.organization_id AND m.user_id = a.user_id
			WHERE a.organization_id = $1 AND m.status = 'active'`,
			[organizationId],
		);
		return row?.owners === '1' && results.filter(({ status }) => status === 'fulfilled').length === 1;
	});
	expect(legal).toBe(TRIALS);
}, 120_000);
