import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, freshDatabase, testConfig } from '#libs/testing';
import { askApi } from './support/ask-api.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addMember, addTenant, type Tenant } from './support/tenants.js';

interface Link {
	readonly id: string;
	readonly token: string;
	readonly [field: string]: unknown;
}
interface View {
	readonly title: string;
	readonly items: readonly { readonly text: string; readonly id: string }[];
	readonly next: string | null;
}

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

const ask = <T = Link>(method: string, path: string, body?: unknown, by = anna) =>
	askApi<T>(api, by, [method, path, body]);
async function made<T = Link>(path: string, body: unknown, by = anna): Promise<T> {
	const { data, status, text } = await ask<T>('POST', path, body, by);
	if (status !== 201) throw new Error(text);
	return data;
}
async function talk(...texts: string[]): Promise<[string, ...string[]]> {
	const { id } = await made('/conversations', { title: 'Shown', systemPrompt: 'secret prompt' });
	return [id, ...(await say(id, ...texts))];
}
async function say(id: string, ...texts: string[]): Promise<string[]> {
	const messages = texts.map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content }));
	const { items } = await made<{ items: { id: string }[] }>(`/conversations/${id}/messages/append`, { messages });
	return items.map((item) => item.id);
}
const share = (id: string, over: object = {}) =>
	made(`/conversations/${id}/share-links`, { audience: 'public', ...over });

async function open(token: string, over: object = {}, by?: Tenant) {
	const headers = { 'content-type': 'application/json', ...(by === undefined ? {} : { 'x-api-key': by.key }) };
	const body = JSON.stringify({ token, ...over });
	const answer = await fetch(`${api.url}/api/v1/shared/open`, { method: 'POST', headers, body });
	const read = (await answer.json()) as { data: View; error?: { code: string } };
	return {
		status: answer.status,
		code: read.error?.code,
		data: read.data,
		texts: read.data?.items.map(({ text }) => text),
	};
}

describe('a share link', () => {
	it('shows a snapshot, or what goes on, of one branch, and nothing else', async () => {
		const [id, first, second] = await talk('q', 'a');
		await made(`/conversations/${id}/messages/${second}/edit`, { content: 'other version' });
		const [snapshot, live] = [
			await share(id, { messageId: second }),
			await share(id, { messageId: second, mode: 'live' }),
		];
		await ask('PUT', `/conversations/${id}/active-leaf`, { messageId: second });
		await say(id, 'more');
		await ask('PATCH', `/conversations/${id}`, { title: 'Renamed' });
		expect(await open(snapshot.token)).toMatchObject({ status: 200, texts: ['a', 'q'], data: { title: 'Shown' } });
		expect(await open(live.token)).toMatchObject({ texts: ['more', 'a', 'q'], data: { title: 'Renamed' } });
		expect(JSON.stringify(await open(live.token))).not.toContain('secret prompt');
		expect((await open(snapshot.token, { before: first })).texts).toEqual(['q']);
		const [elsewhere] = await say((await made('/conversations', {})).id, 'private');
		expect((await open(snapshot.token, { before: elsewhere })).status).toBe(404);
		const [, , later] = await talk('x', 'y');
		expect((await open(snapshot.token, { before: later })).status).toBe(404);
	});

	it('is closed while whoever made it is suspended or disabled', async () => {
		const person = await addMember(testConfig('api'), anna, 'basic');
		const { id } = await made('/conversations', { title: 'Of a person' }, person);
		const messages = [{ role: 'user', content: 'q' }];
		await made(`/conversations/${id}/messages/append`, { messages }, person);
		const { token } = await made(`/conversations/${id}/share-links`, { audience: 'public' }, person);
		const opened = async () => (await open(token)).status;
		const change = (body: object) => ask('PATCH', `/users/${person.userId}`, body);
		expect(await opened()).toBe(200);
		expect((await change({ membershipStatus: 'suspended' })).status).toBe(200);
		expect(await opened()).toBe(404);
		await change({ membershipStatus: 'active' });
		expect(await opened()).toBe(200);
		await asOwner(`UPDATE users SET status = 'disabled' WHERE id = $1`, [person.userId]);
		expect(await opened()).toBe(404);
		await asOwner(`UPDATE users SET status = 'active' WHERE id = $1`, [person.userId]);
	});

	it('opens for its audience only', async () => {
		const [id] = await talk('q', 'a');
		const members = await share(id, { audience: 'signed_in' });
		expect((await open(members.token)).status).toBe(401);
		expect((await open(members.token, {}, stranger)).status).toBe(404);
		expect((await open(members.token, {}, colleague)).texts).toEqual(['a', 'q']);
		const locked = await share(id, { audience: 'password', password: 'open sesame' });
		expect(await open(locked.token)).toMatchObject({ status: 403, code: 'share_password_wrong' });
		expect((await open(locked.token, { password: 'wrong one' })).status).toBe(403);
		expect((await open(locked.token, { password: 'open sesame' })).texts).toEqual(['a', 'q']);
		expect(JSON.stringify(await asOwner('SELECT * FROM share_links'))).not.toContain('open sesame');
		const without = await ask('POST', `/conversations/${id}/share-links`, { audience: 'password' });
		expect(without).toMatchObject({ status: 400, fields: ['password'] });
	});

	it('ends when it is revoked or expires, or with its conversation', async () => {
		const [id] = await talk('q');
		const [revoked, expired, trashed] = [await share(id), await share(id), await share(id)];
		expect((await ask('DELETE', `/share-links/${revoked.id}`)).status).toBe(204);
		expect((await open(revoked.token)).status).toBe(404);
		await asOwner(`UPDATE share_links SET expires_at = now() - interval '1 second' WHERE id = $1`, [expired.id]);
		expect((await open(expired.token)).status).toBe(404);
		await ask('DELETE', `/conversations/${id}`);
		expect((await open(trashed.token)).status).toBe(404);
		await ask('POST', `/conversations/${id}/restore`);
		expect((await open(trashed.token)).status).toBe(200);
		await ask('DELETE', `/conversations/${id}?permanent=true`);
		expect((await open(trashed.token)).status).toBe(404);
		expect((await open('x'.repeat(43))).status).toBe(404);
		const past = await ask('POST', `/conversations/${(await talk('q'))[0]}/share-links`, {
			expiresAt: '2020-01-01T00:00:00Z',
		});
		expect(past).toMatchObject({ status: 400, code: 'expiry_in_past' });
	});

	it('is listed with its views, for whoever made it; nobody else sees or ends it, or shares what is not theirs', async () => {
		const [id] = await talk('q');
		const link = await share(id);
		await Promise.all([open(link.token), open(link.token), open(link.token)]);
		const list = (await ask<{ items: Link[] }>('GET', `/share-links?conversationId=${id}`)).data.items;
		expect(list).toEqual([expect.objectContaining({ id: link.id, viewCount: 3, revokedAt: null })]);
		expect(list[0]).not.toHaveProperty('token');
		for (const by of [colleague, stranger]) {
			expect((await ask('DELETE', `/share-links/${link.id}`, undefined, by)).status).toBe(404);
			expect((await ask('POST', `/conversations/${id}/share-links`, {}, by)).status).toBe(404);
			expect((await ask<{ items: Link[] }>('GET', '/share-links', undefined, by)).data.items).toEqual([]);
		}
		const { id: temporary } = await made('/conversations', { isTemporary: true });
		await say(temporary, 'q');
		expect(await ask('POST', `/conversations/${temporary}/share-links`, {})).toMatchObject({ status: 409 });
	});
});

describe('feedback', () => {
	it('is about an answer, keeps what it was an answer to, and can be changed and taken back', async () => {
		const [id, question, answer] = await talk('capital of France?', 'Lyon');
		const path = `/conversations/${id}/messages/${answer}/feedback`;
		await made(`/conversations/${id}/messages/${answer}/edit`, { content: 'Paris' });
		const put = await ask('PUT', path, {
			thumb: 'down',
			rating: 1,
			tags: ['wrong'],
			comment: 'no',
			correction: 'Paris',
		});
		expect(put).toMatchObject({
			status: 200,
			data: { thumb: 'down', rating: 1, tags: ['wrong'], correction: 'Paris' },
		});
		const context = {
			systemPrompt: 'secret prompt',
			prompt: [{ role: 'user', text: 'capital of France?' }],
			answer: [{ type: 'text', text: 'Lyon' }],
			siblings: [expect.objectContaining({ text: 'Paris' })],
		};
		await ask('PATCH', `/conversations/${id}`, { systemPrompt: 'another' });
		expect((await ask('GET', path)).data['context']).toMatchObject(context);
		const again = await ask('PUT', path, { thumb: 'up' });
		expect(again.data).toMatchObject({ id: put.data.id, thumb: 'up', rating: null, tags: [], comment: null });
		expect((await ask<{ items: Link[] }>('GET', '/message-feedback')).data.items).toHaveLength(1);
		expect(await ask('PUT', path.replace(String(answer), String(question)), {})).toMatchObject({
			code: 'not_an_answer',
		});
		expect((await ask('PUT', path, { rating: 6 })).status).toBe(400);
		for (const by of [colleague, stranger])
			for (const method of ['GET', 'PUT', 'DELETE'])
				expect((await ask(method, path, method === 'PUT' ? {} : undefined, by)).status).toBe(404);
		expect((await ask('DELETE', path)).status).toBe(204);
		expect((await ask('GET', path)).status).toBe(404);
	});
});
