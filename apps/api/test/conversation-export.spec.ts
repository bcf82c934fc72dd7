import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import { askApi } from './support/ask-api.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addMember, addTenant, type Tenant } from './support/tenants.js';

let api: TestApi;
let anna: Tenant;
let colleague: Tenant;
let stranger: Tenant;

beforeAll(async () => {
	await freshDatabase();
	api = await startApi();
	const config = testConfig('api');
	[anna, stranger] = await Promise.all([addTenant(config), addTenant(config)]);
	colleague = await addMember(config, anna, 'basic');
});
afterAll(() => api?.stop());

const post = async <T = { id: string }>(path: string, body: unknown): Promise<T> => {
	const { data, status, text } = await askApi<T>(api, anna, ['POST', path, body]);
	if (status !== 201) throw new Error(text);
	return data;
};
const file = (id: string, query = '', by = anna) =>
	fetch(`${api.url}/api/v1/conversations/${id}/export${query}`, { headers: { authorization: `Bearer ${by.key}` } });

interface Exported {
	conversation: { title: string; folder: string[]; tags: string[]; activeLeafId: string };
	messages: { id: string; parentId: string | null; role: string; content: { text: string }[] }[];
}

async function aConversation(title = 'Über uns: "50 %"'): Promise<{ id: string; ids: string[] }> {
	const outer = await post('/folders', { name: `Home ${title}` });
	const inner = await post('/folders', { name: 'Trips', parentId: outer.id });
	const tag = await post('/tags', { name: `t ${title}` });
	const { id } = await post('/conversations', { title, folderId: inner.id, tagIds: [tag.id] });
	const messages = Array.from({ length: 450 }, (_, n) => ({
		role: n % 2 === 0 ? 'user' : 'assistant',
		content: `line ${n}`,
	}));
	const ids: string[] = [];
	for (let at = 0; at < messages.length; at += 100) {
		const { items } = await post<{ items: { id: string }[] }>(`/conversations/${id}/messages/append`, {
			messages: messages.slice(at, at + 100),
		});
		ids.push(...items.map((message) => message.id));
	}
	return { id, ids };
}

describe('one conversation as a file', () => {
	it('has every branch as JSON, with the names of folders and tags', async () => {
		const { id, ids } = await aConversation();
		const edited = await post<{ id: string }>(`/conversations/${id}/messages/${ids[448]}/edit`, { content: 'another' });
		const answer = await file(id);
		expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
		expect(answer.headers.get('content-disposition')).toBe(
			`attachment; filename="?ber uns- \\"50 %\\".json"; filename*=UTF-8''%C3%9Cber%20uns-%20%2250%20%25%22.json`,
		);
		expect(answer.headers.get('cache-control')).toBe('no-store');
		expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
		const exported = (await answer.json()) as Exported;
		expect(exported.conversation).toMatchObject({
			folder: ['Home Über uns: "50 %"', 'Trips'],
			tags: ['t Über uns: "50 %"'],
			activeLeafId: edited.id,
		});
		expect(exported.messages.map((message) => message.id)).toEqual([...ids, edited.id]);
		expect(exported.messages.at(-1)).toMatchObject({
			parentId: ids[447],
			role: 'user',
			content: [{ text: 'another' }],
		});
	});

	it('has the active branch from its beginning in forms for people', async () => {
		const { id } = await aConversation('Short');
		const text = await (await file(id, '?format=text')).text();
		const lines = [...text.matchAll(/^line (\d+)$/gm)].map((match) => Number(match[1]));
		expect(lines).toEqual(Array.from({ length: 450 }, (_, n) => n));
		expect(await (await file(id, '?format=markdown')).text()).toMatch(/^# Short\n\n## User\n\nline 0\n/);
		const page = await file(id, '?format=html');
		expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
		expect(await page.text()).toContain('<p>line 449</p>');
	});

	it('is one of an empty conversation, or of one in the trash, too', async () => {
		const { id } = await post('/conversations', { title: 'Nothing' });
		await askApi(api, anna, ['DELETE', `/conversations/${id}`]);
		expect(((await (await file(id)).json()) as Exported).messages).toEqual([]);
		expect(await (await file(id, '?format=text')).text()).toBe('Nothing\n=======\n');
	});

	it('is nobody else’s, and in no other form', async () => {
		const { id } = await post('/conversations', { title: 'Mine' });
		for (const by of [colleague, stranger]) expect((await file(id, '', by)).status).toBe(404);
		expect((await file('01a21d56-5b0d-7a6e-941b-05cd2c25ce8f')).status).toBe(404);
		expect((await file(id, '?format=docx')).status).toBe(400);
		const [counted] = await asOwner<{ n: string }>('SELECT count(*) AS n FROM conversations WHERE title = $1', [
			'Mine',
		]);
		expect(counted?.n).toBe('1');
	});
});
