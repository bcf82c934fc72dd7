import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import { askApi } from './support/ask-api.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addMember, addTenant, type Tenant } from './support/tenants.js';

interface Hit {
	readonly messageId: string;
	readonly conversationId: string;
	readonly conversationTitle: string;
	readonly snippet: string;
	readonly highlights: readonly [number, number][];
}
interface Hits {
	readonly items: readonly Hit[];
	readonly nextCursor: string | null;
}

let api: TestApi;
let anna: Tenant;
let others: Tenant[];

beforeAll(async () => {
	await freshDatabase();
	api = await startApi();
	const config = testConfig('api');
	const stranger = await addTenant(config);
	anna = await addTenant(config);
	others = [stranger, await addMember(config, anna, 'owner')];
});
afterAll(() => api?.stop());

const ask = <T>(method: string, path: string, body?: unknown, by = anna) => askApi<T>(api, by, [method, path, body]);
async function made(path: string, body: unknown, by = anna): Promise<{ id: string; items: { id: string }[] }> {
	const { data, status, text } = await ask<{ id: string; items: { id: string }[] }>('POST', path, body, by);
	if (status !== 201) throw new Error(text);
	return data;
}
/** A conversation with these messages, of question and answer in turn; returns the ids of conversation and messages. */
async function talk(texts: readonly string[], over: object = {}, by = anna): Promise<[string, ...string[]]> {
	const { id } = await made('/conversations', over, by);
	const messages = texts.map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content, model: 'm' }));
	const { items } = await made(`/conversations/${id}/messages/append`, { messages }, by);
	return [id, ...items.map((item) => item.id)];
}
const search = (q: string, query = '', by = anna) =>
	ask<Hits>('GET', `/search?q=${encodeURIComponent(q)}${query}`, undefined, by);
const found = async (q: string, query = '', by = anna) =>
	(await search(q, query, by)).data.items.map(({ messageId }) => messageId);

describe('search', () => {
	it('finds words whatever their case and accents, with a piece of the text and what leads there', async () => {
		const [id, question] = await talk(['Wo ist das Café “Zur Möwe”?', 'Am Hafen.'], { title: 'Ausflug' });
		const [hit] = (await search('CAFE möwe')).data.items;
		expect(hit).toMatchObject({ messageId: question, conversationId: id, conversationTitle: 'Ausflug', role: 'user' });
		expect(hit?.highlights.map(([start, end]) => hit.snippet.slice(start, end))).toEqual(['Café', 'Möwe']);
		const shown = await ask<{ activeLeafId: string }>('PUT', `/conversations/${id}/active-leaf`, {
			messageId: question,
		});
		expect(shown.status).toBe(200);
		expect((await ask<Hits>('POST', '/chat/search', { query: 'möwe' })).data.items).toEqual([
			expect.objectContaining({ messageId: question }),
		]);
	});

	it('finds scripts without spaces by any run of their characters', async () => {
		const [, chinese, japanese] = await talk(['我想去北京旅游', '東京タワーは高いです']);
		expect(await found('北京')).toEqual([chinese]);
		expect(await found('去北京旅')).toEqual([chinese]);
		expect(await found('游')).toEqual([chinese]);
		expect(await found('タワー')).toEqual([japanese]);
		expect(await found('京北')).toEqual([]);
		expect(await found('北京旅', '&match=substring')).toEqual([chinese]);
	});

	it('keeps to phrases, exclusions and operators', async () => {
		const { id: tagId } = await made('/tags', { name: 'Garden' });
		const { id: folderId } = await made('/folders', { name: 'Home stuff' });
		const [, rose, answer] = await talk(['plant a red rose', 'a rose that is red'], { tagIds: [tagId] });
		const [, third] = await talk(['red rose again'], { folderId });
		expect(new Set(await found('"red rose"'))).toEqual(new Set([rose, third]));
		expect(await found('rose -again role:user')).toEqual([rose]);
		expect(await found('rose role:assistant')).toEqual([answer]);
		expect(new Set(await found('rose tag:garden'))).toEqual(new Set([rose, answer]));
		expect(await found('rose folder:"home stuff"')).toEqual([third]);
		expect(await found('rose model:other')).toEqual([]);
		expect(await found('rose model:m before:2020-01-01')).toEqual([]);
		expect(await found('rose after:2020-01-01')).toHaveLength(3);
		expect(await found('tag:garden')).toHaveLength(2);
	});

	it('finds parts of words when asked, and takes every character for itself', async () => {
		const [, one, two] = await talk(['Donaudampfschifffahrt', '100% sure_thing']);
		expect(await found('dampfschiff')).toEqual([]);
		expect(await found('dampfschiff', '&match=substring')).toEqual([one]);
		expect(await found('0% sure_t dampf', '&match=substring')).toEqual([]);
		expect(await found('"0% sure_t"', '&match=substring')).toEqual([two]);
		expect(await found('sure%thing', '&match=substring')).toEqual([]);
		expect(await search('ab', '&match=substring')).toMatchObject({ status: 400, fields: ['q'] });
	});

	it('has pages; a cursor belongs to its question', async () => {
		const [, ...all] = await talk(Array.from({ length: 5 }, (_, at) => `paginated ${at}`));
		const first = (await search('paginated', '&limit=2')).data;
		const cursor = `&limit=10&cursor=${encodeURIComponent(first.nextCursor ?? '')}`;
		const rest = (await search('paginated', cursor)).data;
		expect(rest.nextCursor).toBeNull();
		expect([...first.items, ...rest.items].map((hit) => hit.messageId).toSorted()).toEqual(all.toSorted());
		expect(await search('other', cursor)).toMatchObject({ status: 400, code: 'invalid_cursor' });
	});

	it('prefers who says it more often, then the newer one', async () => {
		const [, weak] = await talk(['zebra and many other words about something else entirely, really nothing of it']);
		const [, strong] = await talk(['zebra zebra zebra']);
		expect(await found('zebra')).toEqual([strong, weak]);
	});
});

describe('search never finds', () => {
	it('what is of somebody else, in the same organization or another', async () => {
		const [id, mine] = await talk(['a secretcanary of mine']);
		for (const by of others) {
			expect(await found('secretcanary', '', by)).toEqual([]);
			expect(await found('secretcanary', '&match=substring', by)).toEqual([]);
			expect(await found('role:user', `&conversationId=${id}`, by)).toEqual([]);
		}
		expect(await found('secretcanary', `&conversationId=${id}`)).toEqual([mine]);
	});

	it('what is temporary, in the trash, or gone', async () => {
		await talk(['ghostword'], { isTemporary: true });
		const [id, kept] = await talk(['ghostword']);
		expect(await found('ghostword')).toEqual([kept]);
		await ask('DELETE', `/conversations/${id}`);
		expect(await found('ghostword')).toEqual([]);
		await ask('POST', `/conversations/${id}/restore`);
		expect(await found('ghostword')).toEqual([kept]);
		await ask('DELETE', `/conversations/${id}/messages/${kept}`);
		expect(await found('ghostword')).toEqual([]);
		expect(await asOwner(`SELECT FROM message_texts WHERE body = 'ghostword'`)).toEqual([]);
	});
});

it('a fork is found, too', async () => {
	const [id] = await talk(['forkable']);
	await made(`/conversations/${id}/fork`, {});
	expect(await found('forkable')).toHaveLength(2);
});

it.each([
	'%'.repeat(900),
	'_'.repeat(900),
	'"%a%b%c%"',
	'a* b* c*',
	'\\\\\\',
	"'; DROP TABLE messages; --",
	'\u0000x',
	':*',
])('hostile text %# is refused or answered, never an error of ours', async (q) => {
	for (const mode of ['words', 'substring']) expect([200, 400]).toContain((await search(q, `&match=${mode}`)).status);
});
