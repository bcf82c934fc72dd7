import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import {
	ConversationsModule,
	ConversationsRepository,
	type NewConversation,
	RetentionService,
} from '#libs/conversations';
import { UnitOfWork } from '#libs/database';
import { newId, systemScope } from '#libs/kernel';
import { asOwner, freshDatabase, openApplication, testConfig } from '#libs/testing';

let app: INestApplicationContext;
const [organizationId, userId] = [newId(), newId()];
const scope = systemScope(organizationId, 'test', 'r');

beforeAll(async () => {
	await freshDatabase();
	await asOwner(`INSERT INTO organizations (id, slug, name) VALUES ($1, 'o', 'O')`, [organizationId]);
	await asOwner(`INSERT INTO users (id, email, name) VALUES ($1, 'u@example.test', 'U')`, [userId]);
	await asOwner('INSERT INTO memberships (organization_id, id, user_id) VALUES ($1, $2, $3)', [
		organizationId,
		newId(),
		userId,
	]);
	app = await openApplication(testConfig('worker'), [ConversationsModule]);
});
afterAll(() => app?.close());

/** One that had its last message, or was deleted, so many days ago. */
async function aged(days: number, over: NewConversation & { isTrash?: boolean } = {}): Promise<string> {
	const id = await app
		.get(UnitOfWork)
		.run(scope, (tenant) => app.get(ConversationsRepository).insert(tenant, userId, over));
	await asOwner(
		`UPDATE conversations SET last_active_at = now() - make_interval(days => $2),
			deleted_at = CASE WHEN $3 THEN now() - make_interval(days => $2) END WHERE id = $1`,
		[id, days, over.isTrash === true],
	);
	return id;
}
const left = async () => (await asOwner<{ id: string }>('SELECT id FROM conversations')).map(({ id }) => id).toSorted();

it('removes each class after its days, and nothing sooner; what is kept for ever stays', async () => {
	const archivedAt = new Date();
	const kept = [
		await aged(9_000),
		await aged(9_000, { archivedAt }),
		await aged(29, { isTrash: true }),
		await aged(0, { isTemporary: true }),
	];
	await aged(31, { isTrash: true });
	await aged(31, { isTrash: true, isTemporary: true });
	await aged(2, { isTemporary: true });
	const retention = app.get(RetentionService);
	expect(await retention.purge(scope)).toBe(3);
	expect(await left()).toEqual(kept.toSorted());
	expect(await retention.purge(scope)).toBe(0);
	const rules = { active: 9_001, archived: 8_999, trash: 0, temporary: null };
	expect(await retention.update(scope, rules)).toEqual(rules);
	expect(await retention.purge(scope)).toBe(2);
	expect(await left()).toEqual(kept.filter((_, at) => at === 0 || at === 3).toSorted());
});

it('takes any number, of this organization only', async () => {
	await asOwner('DELETE FROM conversations');
	for (let n = 0; n < 205; n++) await aged(40, { isTrash: true });
	const other = systemScope(newId(), 'test', 'r');
	expect(await app.get(RetentionService).purge(other)).toBe(0);
	expect(await app.get(RetentionService).purge(scope)).toBe(205);
	expect(await left()).toEqual([]);
});
