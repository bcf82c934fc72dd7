import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { ConversationsModule, ConversationsRepository, MessagesRepository, type NewMessage } from '#libs/conversations';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { newId, type Scope, systemScope } from '#libs/kernel';
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
	app = await openApplication(testConfig('api'), [ConversationsModule]);
});
afterAll(() => app?.close());

const within = <T>(work: (tenant: TenantScope) => Promise<T>, as: Scope = scope): Promise<T> =>
	app.get(UnitOfWork).run(as, work);
const begin = () => within((tenant) => app.get(ConversationsRepository).insert(tenant, userId, {}));
const conversation = (id: string) => within((tenant) => app.get(ConversationsRepository).find(tenant, id));
const say = (text: string, parentId: string | null, over: Partial<NewMessage> = {}): NewMessage => ({
	parentId,
	role: 'user',
	content: [{ type: 'text', text }],
	...over,
});
const append = async (id: string, ...messages: NewMessage[]) =>
	within((tenant) => app.get(MessagesRepository).append(tenant, id, messages));
/** Appends one after the other; returns their ids. */
async function chain(id: string, length: number): Promise<string[]> {
	const ids = Array.from({ length }, newId);
	await append(id, ...ids.map((each, at) => say(`m${at}`, ids[at - 1] ?? null, { id: each })));
	return ids;
}
const branch = (id: string, leafId: string, limit = 100) =>
	within((tenant) => app.get(MessagesRepository).branch(tenant, id, { leafId, limit }));

describe('messages', () => {
	it('get the next numbers, and the last one is the active leaf', async () => {
		const id = await begin();
		const [first] = await append(id, say('a', null));
		const [second, third] = await append(
			id,
			say('b', first!.id),
			say('c', first!.id, { role: 'assistant', model: 'm' }),
		);
		expect([first, second, third].map((each) => each?.sequence)).toEqual([1, 2, 3]);
		expect(third).toMatchObject({ parentId: first!.id, model: 'm', state: 'complete', conversationId: id });
		expect(await conversation(id)).toMatchObject({ messageCount: 3, activeLeafId: third!.id });
	});

	it('that are appended at once all find their place', async () => {
		const id = await begin();
		const [root] = await append(id, say('root', null));
		const all = await Promise.all(Array.from({ length: 12 }, (_, at) => append(id, say(String(at), root!.id))));
		expect(all.map(([each]) => each!.sequence).toSorted((a, b) => a - b)).toEqual(
			Array.from({ length: 12 }, (_, at) => at + 2),
		);
		expect(await conversation(id)).toMatchObject({ messageCount: 13 });
	});

	it('are read from a leaf towards the root, page by page, with their siblings', async () => {
		const id = await begin();
		const ids = await chain(id, 7);
		const [edited] = await append(id, say('other', ids[2]!));
		const page = await branch(id, ids[6]!, 3);
		expect(page.map((each) => each.id)).toEqual([ids[6], ids[5], ids[4]]);
		const rest = await branch(id, page.at(-1)!.parentId!, 10);
		expect(rest.map((each) => each.id)).toEqual([ids[3], ids[2], ids[1], ids[0]]);
		expect(rest[0]?.siblingIds).toEqual([ids[3], edited!.id]);
		expect(rest[3]?.siblingIds).toEqual([ids[0]]);
	});

	it('hold what PostgreSQL cannot hold, as a replacement character', async () => {
		const id = await begin();
		const [made] = await append(id, say('a\u0000b\uD800', null, { metadata: { 'k\u0000': '\uDC00' } }));
		expect(made).toMatchObject({
			content: [{ type: 'text', text: 'a\uFFFDb\uFFFD' }],
			metadata: { 'k\uFFFD': '\uFFFD' },
		});
	});

	it('of another conversation are no parents, and nothing is left of the attempt', async () => {
		const [one, other] = [await begin(), await begin()];
		const [foreign] = await append(other, say('x', null));
		for (const parent of [foreign!.id, newId()])
			await expect(append(one, say('y', parent))).rejects.toMatchObject({ fault: 'missing' });
		expect(await conversation(one)).toMatchObject({ messageCount: 0, activeLeafId: null });
		await expect(append(newId(), say('y', null))).rejects.toMatchObject({ fault: 'missing' });
	});

	it('cannot be changed, not even by the process that wrote them', async () => {
		const id = await begin();
		await append(id, say('a', null));
		await expect(
			within(({ transaction }) => transaction.manager.query(`UPDATE messages SET role = 'system'`)),
		).rejects.toThrow('permission denied');
	});
});

describe('a subtree', () => {
	it('goes with all below it; the active leaf moves to the newest branch that is left there', async () => {
		const id = await begin();
		const ids = await chain(id, 6);
		const [sibling] = await append(id, say('other', ids[1]!));
		const [newest] = await append(id, say('below', ids[5]!));
		const removed = await within((tenant) => app.get(MessagesRepository).deleteSubtree(tenant, id, ids[2]!));
		expect(removed).toBe(5);
		expect(await conversation(id)).toMatchObject({ messageCount: 3, activeLeafId: sibling!.id });
		expect(await branch(id, newest!.id)).toEqual([]);
	});

	it('elsewhere leaves the active leaf; the whole tree leaves none', async () => {
		const id = await begin();
		const [root] = await append(id, say('root', null));
		const [old] = await append(id, say('old', root!.id));
		const [leaf] = await append(id, say('new', root!.id));
		await within((tenant) => app.get(MessagesRepository).deleteSubtree(tenant, id, old!.id));
		expect(await conversation(id)).toMatchObject({ messageCount: 2, activeLeafId: leaf!.id });
		await within((tenant) => app.get(MessagesRepository).deleteSubtree(tenant, id, root!.id));
		expect(await conversation(id)).toMatchObject({ messageCount: 0, activeLeafId: null });
	});
});
