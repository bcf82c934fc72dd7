import { createHash } from 'node:crypto';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { fromBufferPromise } from 'yauzl';
import { RemovedFilesService } from '#libs/conversations';
import { archiveForms, ExportMaker } from '#libs/exchange';
import { newId, systemScope } from '#libs/kernel';
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
	readonly progress: number;
	readonly [field: string]: unknown;
}
const ask = <T = Shown>(method: string, path: string, body?: unknown, by = anna) =>
	askApi<T>(api, by, [method, path, body]);
const scopeOf = ({ organizationId }: Tenant) => systemScope(organizationId, 'test', 'test');
const make = (id: string) => worker.get(ExportMaker).make(scopeOf(anna), id);
const ready = (id: string): Promise<Shown> =>
	eventually(async () => {
		const { data } = await ask('GET', `/exports/${id}`);
		return data.state === 'ready' ? data : undefined;
	});
const keyOf = async (id: string): Promise<string> =>
	(await asOwner<{ key: string }>('SELECT storage_key AS key FROM exports WHERE id = $1', [id]))[0]?.key ?? '';

async function aConversation(title: string, by = anna): Promise<string> {
	const { data } = await ask<{ id: string }>('POST', '/conversations', { title }, by);
	const messages = [
		{ role: 'user', content: `question of ${title}` },
		{ role: 'assistant', content: `answer to ${title}` },
	];
	await ask('POST', `/conversations/${data.id}/messages/append`, { messages }, by);
	return data.id;
}
async function started(body: object, by = anna): Promise<Shown> {
	const { status, data, text } = await ask('POST', '/exports', body, by);
	if (status !== 202) throw new Error(text);
	return data;
}

/** Names and contents of what a zip has. */
async function unzipped(bytes: Buffer): Promise<Map<string, string>> {
	const zip = await fromBufferPromise(bytes);
	const files = new Map<string, string>();
	for await (const entry of zip.eachEntry())
		files.set(entry.fileName, await textOf(await zip.openReadStreamPromise(entry)));
	return files;
}

async function downloaded(id: string): Promise<{ answer: Response; bytes: Buffer }> {
	const { data } = await ask<{ url: string }>('POST', `/exports/${id}/link`);
	const answer = await fetch(new URL(new URL(data.url).pathname, api.url));
	return { answer, bytes: Buffer.from(await answer.arrayBuffer()) };
}

describe('an export', () => {
	it('is made by the worker, followed as events, and loaded by a link', async () => {
		await aConversation('one');
		await aConversation('two');
		const { id } = await started({ format: 'jsonl' });
		const events = await fetch(`${api.url}/api/v1/exports/${id}/events`, { headers: { 'x-api-key': anna.key } });
		expect(events.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
		const followed = await events.text();
		const last = /event: end\ndata: (.*)\n\n$/.exec(followed)?.[1] ?? '';
		expect(JSON.parse(last)).toMatchObject({ state: 'ready', progress: 100, done: 2, total: 2, messages: 4 });
		const { data } = await ask('GET', `/exports/${id}`);
		const { answer, bytes } = await downloaded(id);
		expect(answer.headers.get('content-type')).toBe('application/zip');
		expect(answer.headers.get('content-disposition')).toMatch(
			/^attachment; filename=conversations-\d{4}-\d\d-\d\d\.zip$/,
		);
		expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
		expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([data['bytes'], data['sha256']]);
		const files = await unzipped(bytes);
		expect([...files.keys()]).toEqual(['conversations.jsonl', 'manifest.json']);
		const lines = (files.get('conversations.jsonl') ?? '').trim().split('\n');
		expect(lines.map((line) => JSON.parse(line).conversation.title)).toEqual(['one', 'two']);
		const content = files.get('conversations.jsonl') ?? '';
		expect(JSON.parse(files.get('manifest.json') ?? '')).toEqual({
			format: 'parallama.export',
			version: 1,
			form: 'jsonl',
			conversations: 2,
			messages: 4,
			files: [
				{
					name: 'conversations.jsonl',
					bytes: Buffer.byteLength(content),
					sha256: createHash('sha256').update(content).digest('hex'),
				},
			],
		});
	}, 60_000);

	it.each(archiveForms)('has the conversations that were asked for, as %s', async (format) => {
		const ids = [await aConversation('chosen, "one"'), await aConversation('other')];
		const foreign = await aConversation('foreign', colleague);
		const { id } = await started({ format, conversationIds: [...ids, foreign, newId()] });
		await ready(id);
		const files = await unzipped((await downloaded(id)).bytes);
		const manifest = JSON.parse(files.get('manifest.json') ?? '') as { files: { name: string }[]; messages: number };
		expect(manifest.files.map(({ name }) => name)).toEqual([...files.keys()].slice(0, -1));
		expect(manifest.messages).toBe(4);
		const all = [...files.values()].slice(0, -1).join('');
		for (const title of ['other', 'one']) expect(all).toContain(title);
		expect(all).not.toContain('foreign');
		for (const [name, content] of files) if (name.endsWith('.json')) JSON.parse(content);
	});

	it('made several times at once, or anew after its worker died, is one file', async () => {
		const { id } = await started({ conversationIds: [await aConversation('again')] });
		await Promise.all([make(id), make(id)]);
		const { bytes: first } = await downloaded((await ready(id)).id);
		expect((await ready(id))['sha256']).toBe(createHash('sha256').update(first).digest('hex'));
		const left = await keyOf(id);
		await asOwner(`UPDATE exports SET state = 'running' WHERE id = $1`, [id]); // by a worker that is no more
		await make(id);
		const { bytes } = await downloaded(id);
		expect((await ready(id))['sha256']).toBe(createHash('sha256').update(bytes).digest('hex'));
		await worker.get(RemovedFilesService).sweep(scopeOf(anna));
		expect(await worker.get(FileStorage).size(scopeOf(anna), left)).toBeUndefined();
	});

	it('that is cancelled or removed has no file, and a link to it is none', async () => {
		const conversationIds = [await aConversation('gone')];
		const made = await started({ conversationIds });
		await ready(made.id);
		expect((await ask('POST', `/exports/${made.id}/cancel`)).data.state).toBe('ready');
		const { data: link } = await ask<{ url: string }>('POST', `/exports/${made.id}/link`);
		const key = await keyOf(made.id);
		expect(await worker.get(FileStorage).size(scopeOf(anna), key)).toBeGreaterThan(0);
		expect((await ask('DELETE', `/exports/${made.id}`)).status).toBe(204);
		await worker.get(RemovedFilesService).sweep(scopeOf(anna));
		expect(await worker.get(FileStorage).size(scopeOf(anna), key)).toBeUndefined();
		expect((await fetch(new URL(new URL(link.url).pathname, api.url))).status).toBe(404);

		const cancelled = await started({ conversationIds });
		await ready(cancelled.id);
		await asOwner(`UPDATE exports SET state = 'running' WHERE id = $1`, [cancelled.id]);
		expect((await ask('POST', `/exports/${cancelled.id}/cancel`)).data.state).toBe('cancelled');
		await make(cancelled.id);
		expect((await ask('GET', `/exports/${cancelled.id}`)).data.state).toBe('cancelled');
		expect((await ask('POST', `/exports/${cancelled.id}/link`)).code).toBe('export_not_ready');
	});

	it('goes with its file when its time is over', async () => {
		const { id } = await started({ conversationIds: [await aConversation('old')] });
		await ready(id);
		const key = await keyOf(id);
		await asOwner(`UPDATE exports SET expires_at = now() - interval '1 second' WHERE id = $1`, [id]);
		await worker.get(ExportMaker).expire(scopeOf(anna));
		await worker.get(RemovedFilesService).sweep(scopeOf(anna));
		expect((await ask('GET', `/exports/${id}`)).status).toBe(404);
		expect(await worker.get(FileStorage).size(scopeOf(anna), key)).toBeUndefined();
	});

	it('is nobody else’s', async () => {
		const { id } = await started({ conversationIds: [await aConversation('mine')] });
		for (const by of [colleague, stranger])
			for (const [method, path] of [
				['GET', ''],
				['GET', '/events'],
				['POST', '/link'],
				['POST', '/cancel'],
				['DELETE', ''],
			] as const)
				expect((await ask(method, `/exports/${id}${path}`, undefined, by)).status).toBe(404);
		expect((await ask<{ items: Shown[] }>('GET', '/exports', undefined, colleague)).data.items).toEqual([]);
		for (const token of ['x', 'a.b', `${'a'.repeat(300)}.b`])
			expect((await fetch(`${api.url}/api/v1/downloads/${token}`)).status).toBe(404);
	});

	it('is one of twenty at most, also when they are asked for at once', async () => {
		await Promise.all(Array.from({ length: 30 }, () => ask('POST', '/exports', {}, stranger)));
		const { data } = await ask<{ items: Shown[] }>('GET', '/exports?limit=100', undefined, stranger);
		expect(data.items).toHaveLength(20);
		expect((await ask('POST', '/exports', {}, stranger)).code).toBe('quota_reached');
		await eventually(async () =>
			(await asOwner(`SELECT FROM exports WHERE state IN ('waiting', 'running')`)).length === 0 ? true : undefined,
		);
	});
});
