import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { ZipFile } from 'yazl';
import { RemovedFilesService } from '#libs/conversations';
import { ImportRunner } from '#libs/exchange';
import { systemScope } from '#libs/kernel';
import { FileStorage } from '#libs/storage';
import { asOwner, eventually, freshDatabase, testConfig } from '#libs/testing';
import { OutboxRelay } from '../../worker/src/relay/outbox-relay.js';
import { drain } from '../../worker/src/run-worker.js';
import { JobRunner } from '../../worker/src/runner/job-runner.js';
import { aWorker } from '../../worker/test/support/start.js';
import { askApi } from './support/ask-api.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addMember, addTenant, type Tenant } from './support/tenants.js';

let api: TestApi;
let worker: INestApplicationContext;
let anna: Tenant;
let colleague: Tenant;
let stranger: Tenant;

beforeAll(async () => {
	await freshDatabase();
	api = await startApi();
	const config = testConfig('api');
	[anna, stranger] = await Promise.all([addTenant(config), addTenant(config)]);
	colleague = await addMember(config, anna, 'basic');
	worker = await aWorker();
	worker.get(JobRunner).start();
	worker.get(OutboxRelay).start();
}, 60_000);
afterAll(async () => {
	await Promise.all([api?.stop(), drain(worker, 5_000)]);
});

interface Shown {
	readonly id: string;
	readonly state: string;
	readonly problem: string | null;
	readonly counts: Readonly<Record<string, number>>;
	readonly report: readonly { where: string; title: string | null; isImported: boolean; reasons: string[] }[];
}
const ask = <T = Shown>(method: string, path: string, body?: unknown, by = anna) =>
	askApi<T>(api, by, [method, path, body]);

async function sent(
	body: string | Buffer,
	query = '',
	by = anna,
): Promise<{ status: number; data: Shown; text: string }> {
	const answer = await fetch(`${api.url}/api/v1/imports${query}`, {
		method: 'POST',
		headers: { 'x-api-key': by.key, 'content-type': 'application/octet-stream' },
		body: typeof body === 'string' ? body : new Uint8Array(body),
	});
	const text = await answer.text();
	return { status: answer.status, data: JSON.parse(text).data, text };
}
const over = (id: string, by = anna): Promise<Shown> =>
	eventually(async () => {
		const { data } = await ask('GET', `/imports/${id}`, undefined, by);
		return data.state === 'done' || data.state === 'failed' ? data : undefined;
	});
async function imported(file: string | Buffer | object, query = '', by = anna): Promise<Shown> {
	const body = typeof file === 'string' || Buffer.isBuffer(file) ? file : JSON.stringify(file);
	const { status, data, text } = await sent(body, query, by);
	if (status !== 202) throw new Error(text);
	return over(data.id, by);
}
async function zipped(files: Readonly<Record<string, string>>): Promise<Buffer> {
	const zip = new ZipFile();
	for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name);
	zip.end();
	return buffer(zip.outputStream as Readable);
}
const rows = (by: Tenant) =>
	asOwner<{ title: string; messages: string; leaf: string; source: string; seen: string }>(
		`SELECT c.title, count(m.*) AS messages, c.import_source AS source, c.last_active_at::text AS seen,
			(SELECT l.import_id FROM messages l WHERE l.organization_id = c.organization_id AND l.id = c.active_leaf_id) AS leaf
		FROM conversations c LEFT JOIN messages m ON m.organization_id = c.organization_id AND m.conversation_id = c.id
		WHERE c.user_id = $1 GROUP BY c.organization_id, c.id ORDER BY c.title`,
		[by.userId],
	);

const chatgpt = (id: string, texts: readonly string[]) => ({
	conversation_id: id,
	title: `ChatGPT ${id}`,
	create_time: 1_700_000_000,
	update_time: 1_700_000_100,
	current_node: 'm0',
	mapping: Object.fromEntries(
		texts.map((text, at) => [
			`m${at}`,
			{
				parent: at === 0 ? null : 'm0',
				children: [],
				message: {
					author: { role: at === 0 ? 'user' : 'assistant' },
					content: { content_type: 'text', parts: [text] },
				},
			},
		]),
	),
});

describe('an import', () => {
	it('takes what every product wrote, once, and tells what became of it', async () => {
		const someone = await addMember(testConfig('api'), anna, 'basic');
		const files = {
			'conversations-000.json': JSON.stringify([chatgpt('a', ['q', 'one', 'two']), chatgpt('b', ['q'])]),
			'nested/claude.json': JSON.stringify([
				{ uuid: 'u', name: 'Claude', chat_messages: [{ uuid: 'x', sender: 'human', text: 'hi' }] },
			]),
			'open-webui.json': JSON.stringify([
				{
					id: 'w',
					title: 'WebUI',
					chat: {
						history: { currentId: 'k', messages: { k: { id: 'k', parentId: null, role: 'user', content: 'hi' } } },
					},
				},
			]),
			'libre.json': JSON.stringify({
				conversationId: 'l',
				title: 'Libre',
				messages: [{ messageId: 'n', parentMessageId: null, text: 'hi', isCreatedByUser: true }],
			}),
			'lines.jsonl': `${JSON.stringify({ messages: [{ role: 'user', content: 'hi' }] })}\nnonsense\n{"what":1}\n`,
			'user.json': '{}',
			'chat.html': '<html>',
		};
		const zip = await zipped(files);
		const tried = await imported(zip, '?dryRun=true', someone);
		expect(tried).toMatchObject({
			state: 'done',
			counts: { added: 6, updated: 0, unchanged: 0, failed: 2, messages: 8 },
		});
		expect(await rows(someone)).toEqual([]);
		const done = await imported(zip, '?name=all.zip', someone);
		expect(done.counts).toEqual(tried.counts);
		expect(done.report).toEqual([
			{ where: 'lines.jsonl #2', title: null, isImported: false, reasons: ['It is no JSON'] },
			{ where: 'lines.jsonl #3', title: null, isImported: false, reasons: ['It is no conversation of a known format'] },
		]);
		expect((await rows(someone)).map(({ title, messages, leaf, source }) => [title, messages, leaf, source])).toEqual([
			['', '1', '0', 'openai-messages'],
			['ChatGPT a', '3', 'm0', 'chatgpt'],
			['ChatGPT b', '1', 'm0', 'chatgpt'],
			['Claude', '1', 'x', 'claude'],
			['Libre', '1', 'n', 'librechat'],
			['WebUI', '1', 'k', 'open-webui'],
		]);
		expect((await rows(someone))[1]?.seen).toBe('2023-11-14 22:15:00+00');
		const before = await rows(someone);
		expect((await imported(zip, '', someone)).counts).toEqual({
			added: 0,
			updated: 0,
			unchanged: 6,
			failed: 2,
			messages: 0,
		});
		expect(await rows(someone)).toEqual(before);
		const found = await ask<{ items: unknown[] }>('GET', '/search?q=hi', undefined, someone);
		expect(found.data.items).toHaveLength(4);
	});

	it('brings what is new in a conversation that was imported before', async () => {
		await imported([chatgpt('grows', ['q', 'one'])]);
		expect((await imported([chatgpt('grows', ['q', 'one', 'two'])])).counts).toMatchObject({ updated: 1, messages: 1 });
		const grown = (await rows(anna)).find(({ title }) => title === 'ChatGPT grows');
		expect(grown).toMatchObject({ messages: '3', leaf: 'm0' });
	});

	it('of an export makes the same conversations for somebody else, and none anew for their owner', async () => {
		const { data: folder } = await ask<{ id: string }>('POST', '/folders', { name: 'Home' }, stranger);
		const { data: tag } = await ask<{ id: string }>('POST', '/tags', { name: 'red' }, stranger);
		const input = { title: 'Mine', folderId: folder.id, tagIds: [tag.id], systemPrompt: 'Be brief', isPinned: true };
		const { data: made } = await ask<{ id: string }>('POST', '/conversations', input, stranger);
		const messages = Array.from({ length: 50 }, (_, n) => ({
			role: n % 2 === 0 ? 'user' : 'assistant',
			content: `line ${n}`,
		}));
		await ask('POST', `/conversations/${made.id}/messages/append`, { messages }, stranger);
		const exported = async (id: string, by: Tenant): Promise<string> => {
			const headers = { 'x-api-key': by.key };
			return (await fetch(`${api.url}/api/v1/conversations/${id}/export`, { headers })).text();
		};
		const file = await exported(made.id, stranger);
		expect((await imported(file, '', stranger)).counts).toMatchObject({ added: 0, unchanged: 1, messages: 0 });
		expect((await imported(file, '', colleague)).counts).toMatchObject({ added: 1, messages: 50 });
		const { data: list } = await ask<{ items: { id: string; title: string }[] }>(
			'GET',
			'/conversations',
			undefined,
			colleague,
		);
		const copy = list.items.find(({ title }) => title === 'Mine');
		expect((await imported(await exported(copy?.id ?? '', colleague), '', colleague)).counts).toMatchObject({
			added: 0,
			unchanged: 1,
			messages: 0,
		});
		const withoutIds = (text: string): unknown => {
			const { conversation, messages: said } = JSON.parse(text) as {
				conversation: object;
				messages: { id: string; parentId: string | null }[];
			};
			const places = new Map(said.map(({ id }, at) => [id, at]));
			const placed = said.map(({ id, parentId, ...message }) => ({
				...message,
				at: places.get(id),
				parent: places.get(parentId ?? ''),
			}));
			return { ...conversation, id: 0, activeLeafId: 0, updatedAt: 0, lastActiveAt: 0, messages: placed };
		};
		expect(withoutIds(await exported(copy?.id ?? '', colleague))).toEqual(withoutIds(file));
	});

	it('tidies what is no tree, takes any text and a very long message, and loses nothing', async () => {
		const message = (role: string, text: string) => ({
			author: { role },
			content: { content_type: 'text', parts: [text] },
		});
		const { counts, report } = await imported([
			{
				conversation_id: 'odd',
				title: 'Odd \u0000 \ud800',
				mapping: {
					a: { parent: 'b', message: message('user', 'x\u0000y') },
					b: { parent: 'a', message: message('assistant', '\udfff') },
					c: { parent: 'nowhere', message: message('user', 'word '.repeat(2_000_000)) },
				},
			},
		]);
		expect(counts).toMatchObject({ added: 1, failed: 0, messages: 3 });
		expect(report).toMatchObject([
			{ isImported: true, reasons: [expect.stringMatching(/^1 messages/), expect.stringMatching(/^1 circles/)] },
		]);
	}, 30_000);

	it('says of a file that is none what is wrong with it', async () => {
		expect((await sent('')).status).toBe(400);
		const html = await imported('<html>');
		expect([html.counts['failed'], html.report[0]?.reasons]).toEqual([1, ['It is no JSON']]);
		const zip = await zipped({ 'conversations.json': '[]' });
		for (const [file, problem] of [
			[zip.subarray(0, zip.length - 10), /^The archive is damaged/],
			[await zipped({ 'photo.png': 'x' }), /no file of conversations/],
			[await zipped({ 'bomb.json': `["${' '.repeat(30_000_000)}"]` }), /unpacks to more/],
		] as const) {
			const { state, problem: said } = await imported(Buffer.from(file));
			expect([state, said]).toEqual(['failed', expect.stringMatching(problem)]);
		}
		const bent = Buffer.from(zip);
		for (let at = bent.indexOf('conversations.json'); at !== -1; at = bent.indexOf('conversations.json'))
			bent.write('../versations.json', at);
		expect((await imported(bent)).problem).toMatch(/invalid relative path/);
		const bad = await fetch(`${api.url}/api/v1/imports`, {
			method: 'POST',
			headers: { 'x-api-key': anna.key, 'content-type': 'application/json' },
			body: '[]',
		});
		expect([bad.status, await bad.text()]).toEqual([415, expect.stringContaining('Send the file as')]);
	});

	it('made several times at once, or anew after its worker died, brings everything once', async () => {
		const conversations = Array.from({ length: 40 }, (_, n) => chatgpt(`again-${n}`, ['q', 'one']));
		const { data } = await sent(JSON.stringify(conversations));
		const scope = systemScope(anna.organizationId, 'test', 'test');
		await Promise.all([worker.get(ImportRunner).run(scope, data.id), worker.get(ImportRunner).run(scope, data.id)]);
		await over(data.id);
		await asOwner(`UPDATE imports SET state = 'running' WHERE id = $1`, [data.id]); // by a worker that is no more
		await worker.get(ImportRunner).run(scope, data.id);
		expect((await over(data.id)).counts).toMatchObject({ unchanged: 40, added: 0 });
		const again = (await rows(anna)).filter(({ title }) => title.startsWith('ChatGPT again-'));
		expect([again.length, new Set(again.map(({ messages }) => messages))]).toEqual([40, new Set(['2'])]);
	});

	it('is nobody else’s, is followed as events, and goes with its file', async () => {
		const { id } = await imported([chatgpt('private', ['q'])]);
		for (const by of [colleague, stranger])
			for (const [method, path] of [
				['GET', ''],
				['GET', '/events'],
				['POST', '/cancel'],
				['DELETE', ''],
			] as const)
				expect((await ask(method, `/imports/${id}${path}`, undefined, by)).status).toBe(404);
		const events = await fetch(`${api.url}/api/v1/imports/${id}/events`, { headers: { 'x-api-key': anna.key } });
		expect(await events.text()).toMatch(/^event: end\ndata: {.*"state":"done".*}\n\n$/);
		const scope = systemScope(anna.organizationId, 'test', 'test');
		expect(await worker.get(FileStorage).size(scope, `imports/${id}`)).toBeGreaterThan(0);
		expect((await ask('DELETE', `/imports/${id}`)).status).toBe(204);
		await worker.get(RemovedFilesService).sweep(scope);
		expect(await worker.get(FileStorage).size(scope, `imports/${id}`)).toBeUndefined();
		expect((await rows(anna)).map(({ title }) => title)).toContain('ChatGPT private');
	});
});
