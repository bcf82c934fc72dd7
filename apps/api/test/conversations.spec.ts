import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#libs/kernel';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import { askApi } from './support/ask-api.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addMember, addTenant, type Tenant } from './support/tenants.js';

interface Conversation {
	readonly id: string;
	readonly activeLeafId: string | null;
	readonly [field: string]: unknown;
}
interface Message {
	readonly id: string;
	readonly parentId: string | null;
	readonly siblingIds: readonly string[];
	readonly content: readonly { readonly text: string }[];
}
interface Listed<Item> {
	readonly items: readonly Item[];
	readonly nextCursor: string | null;
}

let api: TestApi;
let anna: Tenant;
let colleague: Tenant;
let stranger: Tenant;

beforeAll(async () => {
	await freshDatabase();
	api = await startApi();
	const config = testConfig('api');
	[anna, stranger] = await Promise.all([addTenant(config), addTenant(config, 'admin')]);
	colleague = await addMember(config, anna, 'basic');
});
afterAll(() => api?.stop());

const ask = <T = Conversation>(method: string, path: string, body?: unknown, by = anna) =>
	askApi<T>(api, by, [method, path, body]);
async function made<T = Conversation>(path: string, body: unknown = {}, by = anna): Promise<T> {
	const { data, status, text } = await ask<T>('POST', path, body, by);
	if (status !== 201) throw new Error(text);
	return data;
}
const begin = (body: object = {}, by = anna) => made('/conversations', body, by);
const say = async (id: string, ...texts: string[]): Promise<string[]> => {
	const messages = texts.map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content }));
	return (await made<Listed<Message>>(`/conversations/${id}/messages/append`, { messages })).items.map(({ id }) => id);
};
const next = (cursor: string | null | undefined) => (cursor == null ? '' : `&cursor=${encodeURIComponent(cursor)}`);
const branch = async (id: string, query = '') =>
	(await ask<Listed<Message>>('GET', `/conversations/${id}/messages${query}`)).data;
const listed = async (query = '', by = anna) =>
	(await ask<Listed<Conversation>>('GET', `/conversations?limit=100${query}`, undefined, by)).data.items.map(
		({ id }) => id,
	);

describe('conversations', () => {
	it('are made, read, changed, put into the trash, restored and removed', async () => {
		const { id } = await begin({ title: 'First', model: 'echo', parameters: { temperature: 0.5 } });
		const change = { title: 'Second', isPinned: true, isArchived: true, systemPrompt: 'Be brief.' };
		const changed = await ask('PATCH', `/conversations/${id}`, change);
		expect(changed.data).toMatchObject({ title: 'Second', titleSource: 'person', model: 'echo', isPinned: true });
		expect(changed.data['archivedAt']).toEqual(expect.any(String));
		expect((await ask('DELETE', `/conversations/${id}`)).status).toBe(204);
		expect((await ask('GET', `/conversations/${id}`)).data['deletedAt']).toEqual(expect.any(String));
		const refused = await ask('PATCH', `/conversations/${id}`, { title: 'x' });
		expect(refused).toMatchObject({ status: 409, code: 'conversation_in_trash' });
		expect((await ask('POST', `/conversations/${id}/restore`)).data['deletedAt']).toBeNull();
		expect((await ask('DELETE', `/conversations/${id}?permanent=true`)).status).toBe(204);
		expect((await ask('GET', `/conversations/${id}`)).status).toBe(404);
	});

	it('are listed page by page, the last active first, by model, tag, folder, pin, archive, trash and date', async () => {
		const by = await addMember(testConfig('api'), anna, 'basic');
		const folder = await made('/folders', { name: 'F' }, by);
		const tag = await made('/tags', { name: 'T' }, by);
		const all: string[] = [];
		for (const body of [{ model: 'm' }, { tagIds: [tag.id] }, { folderId: folder.id }, { isPinned: true }, {}, {}])
			all.push((await begin(body, by)).id);
		const [model, tagged, inFolder, pinned, archived, trashed] = all;
		await begin({ isTemporary: true }, by);
		await ask('PATCH', `/conversations/${archived}`, { isArchived: true }, by);
		await ask('DELETE', `/conversations/${trashed}`, undefined, by);
		await asOwner(`UPDATE conversations SET last_active_at = now() - interval '2 years' WHERE id = $1`, [model]);
		expect(await listed('', by)).toEqual([pinned, inFolder, tagged, model]);
		expect(await listed('&model=m', by)).toEqual([model]);
		expect(await listed(`&tagId=${tag.id}`, by)).toEqual([tagged]);
		expect(await listed(`&folderId=${folder.id}`, by)).toEqual([inFolder]);
		expect(await listed('&pinned=true', by)).toEqual([pinned]);
		expect(await listed('&archived=only', by)).toEqual([archived]);
		expect(await listed('&archived=any', by)).toEqual([archived, pinned, inFolder, tagged, model]);
		expect(await listed('&trash=true', by)).toEqual([trashed]);
		const lastYear = new Date(Date.now() - 365 * 86_400_000).toISOString();
		expect(await listed(`&activeBefore=${lastYear}`, by)).toEqual([model]);
		expect(await listed(`&activeAfter=${lastYear}`, by)).toEqual([pinned, inFolder, tagged]);
		await asOwner(`UPDATE conversations SET last_active_at = '2026-01-01T00:00:00.123456Z' WHERE user_id = $1`, [
			by.userId,
		]);
		const page = (cursor: string | null | undefined) =>
			ask<Listed<Conversation>>('GET', `/conversations?limit=1${next(cursor)}`, undefined, by);
		const seen: Conversation[] = [];
		let cursor: string | null | undefined;
		do {
			const { data } = await page(cursor);
			seen.push(...data.items);
			cursor = data.nextCursor;
		} while (cursor !== null);
		expect(seen.map(({ id }) => id)).toEqual([pinned, inFolder, tagged, model]);
	});

	it('inherit model and system prompt from the folders around them', async () => {
		const outer = await made('/folders', { name: 'outer', systemPrompt: 'outer', model: 'outer' });
		const inner = await made('/folders', { name: 'inner', parentId: outer.id, model: 'inner' });
		const { id } = await begin({ folderId: inner.id });
		const effective = async () => (await ask('GET', `/conversations/${id}`)).data['effective'];
		expect(await effective()).toEqual({ model: 'inner', systemPrompt: 'outer' });
		await ask('PATCH', `/conversations/${id}`, { model: 'own' });
		expect(await effective()).toEqual({ model: 'own', systemPrompt: 'outer' });
		await ask('DELETE', `/folders/${outer.id}`);
		expect((await ask('GET', `/conversations/${id}`)).data).toMatchObject({ folderId: null });
		expect(await effective()).toEqual({ model: 'own', systemPrompt: null });
	});

	it('are changed many at once, all or none', async () => {
		const ids = [(await begin()).id, (await begin()).id];
		const [tag, folder] = [await made('/tags', { name: 'bulk' }), await made('/folders', { name: 'bulk' })];
		const bulk = (action: string, over: object = {}) => ask('POST', '/conversations/bulk', { ids, action, ...over });
		for (const [action, over] of [
			['pin', {}],
			['archive', {}],
			['tag', { tagId: tag.id }],
			['move', { folderId: folder.id }],
		] as const)
			expect((await bulk(action, over)).data).toEqual({ changed: 2 });
		for (const id of ids)
			expect((await ask('GET', `/conversations/${id}`)).data).toMatchObject({
				isPinned: true,
				archivedAt: expect.any(String),
				tagIds: [tag.id],
				folderId: folder.id,
			});
		const foreign = (await begin({}, colleague)).id;
		expect((await ask('POST', '/conversations/bulk', { ids: [...ids, foreign], action: 'delete' })).status).toBe(404);
		expect(await bulk('tag')).toMatchObject({ status: 400, fields: ['tagId'] });
		expect(await bulk('tag', { tagId: newId() })).toMatchObject({ status: 404 });
		expect((await bulk('delete')).data).toEqual({ changed: 2 });
		expect((await ask('GET', `/conversations/${ids[0]}`)).status).toBe(404);
		expect((await ask('GET', `/conversations/${foreign}`, undefined, colleague)).status).toBe(200);
	});
});

describe('folders and tags', () => {
	it('lie in each other, never in themselves, and only so deep', async () => {
		const ids: string[] = [];
		for (let depth = 0; depth < 16; depth++)
			ids.push((await made('/folders', { name: `d${depth}`, parentId: ids.at(-1) ?? null })).id);
		const tooDeep = await ask('POST', '/folders', { name: 'x', parentId: ids.at(-1) });
		expect(tooDeep).toMatchObject({ status: 409, code: 'folder_too_deep' });
		for (const parentId of [ids[0], ids[3]])
			expect(await ask('PATCH', `/folders/${ids[0]}`, { parentId })).toMatchObject({ code: 'folder_in_itself' });
		const other = await made('/folders', { name: 'other' });
		expect(await ask('PATCH', `/folders/${ids[0]}`, { parentId: other.id })).toMatchObject({ code: 'folder_too_deep' });
		expect((await ask('PATCH', `/folders/${ids[1]}`, { parentId: null, name: 'moved' })).data).toMatchObject({
			parentId: null,
			name: 'moved',
		});
	});

	it('have names; a tag has its own, whatever the case', async () => {
		const tag = await made('/tags', { name: 'Urgent', color: '#cc0000' });
		expect(await ask('POST', '/tags', { name: 'uRGENT' })).toMatchObject({ status: 409, code: 'tag_name_taken' });
		expect((await ask('PATCH', `/tags/${tag.id}`, { name: 'Later' })).data).toMatchObject({ color: '#cc0000' });
		expect((await ask<Listed<Conversation>>('GET', '/tags')).data.items).toContainEqual(
			expect.objectContaining({ name: 'Later' }),
		);
		const { id } = await begin({ tagIds: [tag.id] });
		expect((await ask('DELETE', `/tags/${tag.id}`)).status).toBe(204);
		expect((await ask('GET', `/conversations/${id}`)).data['tagIds']).toEqual([]);
	});
});

describe('messages', () => {
	it('form a tree: an edit is a sibling, branches are chosen, subtrees go', async () => {
		const { id } = await begin();
		const [question, answer] = await say(id, 'question', 'answer');
		const edited = await made<Message>(`/conversations/${id}/messages/${question}/edit`, { content: 'better' });
		expect(edited).toMatchObject({ parentId: null, role: 'user', metadata: { editOf: question } });
		expect((await branch(id)).items.map((each) => each.siblingIds)).toEqual([[question, edited.id]]);
		const back = await ask('PUT', `/conversations/${id}/active-leaf`, { messageId: question });
		expect(back.data.activeLeafId).toBe(answer);
		expect((await branch(id)).items.map((each) => each.id)).toEqual([answer, question]);
		const removed = await ask<object>('DELETE', `/conversations/${id}/messages/${question}`);
		expect(removed.data).toEqual({ deleted: 2, activeLeafId: edited.id });
		expect((await ask('GET', `/conversations/${id}/messages/${answer}`)).status).toBe(404);
	});

	it('are read page by page, of one branch or all', async () => {
		const { id } = await begin();
		const ids = await say(id, 'a', 'b', 'c', 'd', 'e');
		const first = await branch(id, '?limit=2');
		expect(first.items.map((each) => each.id)).toEqual([ids[4], ids[3]]);
		const rest = await branch(id, `?limit=5&cursor=${encodeURIComponent(first.nextCursor ?? '')}`);
		expect(rest.items.map((each) => each.id)).toEqual([ids[2], ids[1], ids[0]]);
		expect(rest.nextCursor).toBeNull();
		expect((await branch(id, `?leafId=${ids[1]}`)).items.map((each) => each.id)).toEqual([ids[1], ids[0]]);
		const all = await ask<Listed<Message>>('GET', `/conversations/${id}/messages/all?limit=4`);
		const end = `/conversations/${id}/messages/all?cursor=${encodeURIComponent(all.data.nextCursor ?? '')}`;
		const last = await ask<Listed<Message>>('GET', end);
		expect([...all.data.items, ...last.data.items].map((each) => each.id)).toEqual(ids);
		const other = (await begin()).id;
		const foreign = await ask('GET', end.replace(id, other));
		expect(foreign).toMatchObject({ status: 400, code: 'invalid_cursor' });
	});

	it('are copied up to one by a fork, which lives by itself', async () => {
		const tag = await made('/tags', { name: 'fork' });
		const { id } = await begin({ title: 'Original', model: 'echo', tagIds: [tag.id] });
		const [, second] = await say(id, 'a', 'b', 'c');
		const copy = await made(`/conversations/${id}/fork`, { messageId: second });
		expect(copy).toMatchObject({ title: 'Original', model: 'echo', messageCount: 2, tagIds: [tag.id] });
		expect((await branch(copy.id)).items.map((each) => each.content[0]?.text)).toEqual(['b', 'a']);
		await say(copy.id, 'on');
		expect((await branch(copy.id)).items).toHaveLength(3);
		expect((await branch(id)).items).toHaveLength(3);
		const empty = await ask('POST', `/conversations/${(await begin()).id}/fork`, {});
		expect(empty).toMatchObject({ status: 409, code: 'conversation_empty' });
	});

	it('keep what they say, as far as it can be stored, and are refused when they are too much', async () => {
		const { id } = await begin({ title: 'a\u0000b\uD800' });
		expect((await ask('GET', `/conversations/${id}`)).data['title']).toBe('a\uFFFDb\uFFFD');
		const [made] = await say(id, 'x\u0000\uDFFFy');
		expect((await ask<Message>('GET', `/conversations/${id}/messages/${made}`)).data.content[0]?.text).toBe(
			'x\uFFFD\uFFFDy',
		);
		const large = { messages: [{ role: 'user', content: 'x'.repeat(10_000_000) }] };
		expect((await ask('POST', `/conversations/${id}/messages/append`, large)).status).toBe(413);
		const many = { messages: Array.from({ length: 101 }, () => ({ role: 'user', content: 'x' })) };
		expect((await ask('POST', `/conversations/${id}/messages/append`, many)).status).toBe(400);
	});
});

it('a conversation, folder, tag, message or attachment of somebody else is not there', async () => {
	const { id } = await begin();
	const [message] = await say(id, 'mine');
	const [folder, tag] = [await made('/folders', { name: 'mine' }), await made('/tags', { name: 'mine' })];
	const text = { role: 'user', content: 'x' };
	for (const by of [colleague, stranger]) {
		const own = await begin({}, by);
		const requests: [string, string, unknown?][] = [
			['GET', `/conversations/${id}`],
			['PATCH', `/conversations/${id}`, { title: 'x' }],
			['DELETE', `/conversations/${id}`],
			['DELETE', `/conversations/${id}?permanent=true`],
			['POST', `/conversations/${id}/restore`],
			['POST', `/conversations/${id}/fork`, {}],
			['PUT', `/conversations/${id}/active-leaf`, { messageId: message }],
			['GET', `/conversations/${id}/messages`],
			['GET', `/conversations/${id}/messages/all`],
			['GET', `/conversations/${id}/messages/${message}`],
			['POST', `/conversations/${id}/messages/append`, { messages: [text] }],
			['POST', `/conversations/${id}/messages/${message}/edit`, { content: 'x' }],
			['DELETE', `/conversations/${id}/messages/${message}`],
			['GET', `/folders/${folder.id}`],
			['PATCH', `/folders/${folder.id}`, { name: 'x' }],
			['DELETE', `/folders/${folder.id}`],
			['PATCH', `/tags/${tag.id}`, { name: 'x' }],
			['DELETE', `/tags/${tag.id}`],
			['POST', '/conversations', { folderId: folder.id }],
			['POST', '/conversations', { tagIds: [tag.id] }],
			['POST', '/folders', { name: 'x', parentId: folder.id }],
			['PATCH', `/conversations/${own.id}`, { folderId: folder.id }],
			['GET', `/conversations/${own.id}/messages?leafId=${message}`],
			['GET', `/conversations/${own.id}/messages/${message}`],
			['PUT', `/conversations/${own.id}/active-leaf`, { messageId: message }],
			['POST', `/conversations/${own.id}/fork`, { messageId: message }],
			['POST', `/conversations/${own.id}/messages/append`, { messages: [{ ...text, parentId: message }] }],
			[
				'POST',
				`/conversations/${own.id}/messages/append`,
				{ messages: [{ role: 'user', content: [{ type: 'image', attachmentId: newId() }] }] },
			],
		];
		for (const request of requests) expect([request, (await askApi(api, by, request)).status]).toEqual([request, 404]);
		expect(await listed('', by)).toContain(own.id);
	}
	expect((await branch(id)).items).toHaveLength(1);
});
