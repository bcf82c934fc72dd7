import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { fingerprint } from './call-log.js';
import { type MockUpstream, type MockUpstreamOptions, startMockUpstream } from './mock-upstream.js';

let mock: MockUpstream | undefined;
afterEach(async () => mock?.close());

async function start(options?: MockUpstreamOptions): Promise<MockUpstream> {
	mock = await startMockUpstream(options);
	return mock;
}

const chat = async (upstream: MockUpstream, body: object, headers: Record<string, string> = {}): Promise<Response> =>
	fetch(`${upstream.url}/v1/chat/completions`, {
		method: 'POST',
		body: JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], ...body }),
		headers,
	});

const content = async (response: Response): Promise<string | undefined> =>
	((await response.json()) as { choices: { message: { content: string } }[] }).choices[0]?.message.content;

describe('who decides the behaviour', () => {
	it('the hook over the header over the model name over the default', async () => {
		const upstream = await start({ behaviour: 'chunks=1' });
		expect(await content(await chat(upstream, { model: 'mock' }))).toBe('w0');
		expect(await content(await chat(upstream, { model: 'mock:chunks=2' }))).toBe('w0 w1');
		const header = { 'x-mock': 'chunks=3' };
		expect(await content(await chat(upstream, { model: 'mock:chunks=2' }, header))).toBe('w0 w1 w2');
		upstream.behave((request) => (request.model === 'mock:chunks=2' ? { chunks: 4 } : undefined));
		expect(await content(await chat(upstream, { model: 'mock:chunks=2' }, header))).toBe('w0 w1 w2 w3');
		upstream.behave();
		expect(await content(await chat(upstream, { model: 'mock' }))).toBe('w0');
	});

	it('says so when an option is misspelt', async () => {
		const response = await chat(await start(), { model: 'mock:chunk=2' });
		expect(response.status).toBe(400);
		expect(await response.json()).toMatchObject({ error: { message: "unknown mock option 'chunk'" } });
	});

	it('knows its models, or all', async () => {
		const upstream = await start({ models: ['gpt-4o'] });
		expect((await chat(upstream, { model: 'gpt-4o:chunks=1' })).status).toBe(200);
		expect((await chat(upstream, { model: 'mock' })).status).toBe(404);
		await upstream.close();
		expect((await chat(await start({ anyModel: true }), { model: 'whatever/else:7b' })).status).toBe(200);
	});

	it('wants its key where one is set', async () => {
		const upstream = await start({ apiKey: 'sk-1' });
		expect((await chat(upstream, { model: 'mock' })).status).toBe(401);
		expect((await chat(upstream, { model: 'mock' }, { authorization: 'Bearer sk-1' })).status).toBe(200);
	});
});

describe('the log of truth', () => {
	it('keeps every call, without credentials', async () => {
		const upstream = await start();
		await (await chat(upstream, { model: 'mock:chunks=2' }, { authorization: 'Bearer sk-secret' })).text();
		const call = await upstream.waitForCall((candidate) => candidate.state === 'finished');
		expect(call).toMatchObject({
			id: 'mock-000001',
			path: '/v1/chat/completions',
			model: 'mock:chunks=2',
			status: 200,
			sentChunks: 2,
			sentTokens: 2,
			usageSent: { total_tokens: 3 },
			body: { model: 'mock:chunks=2' },
			headers: { authorization: fingerprint('sk-secret') },
		});
		expect(JSON.stringify(upstream.calls)).not.toContain('sk-secret');
		upstream.clear();
		expect(upstream.calls).toEqual([]);
	});

	it('writes it to a file, a start and an end for each call', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'mock-upstream-'));
		try {
			const logFile = join(folder, 'calls.jsonl');
			const upstream = await start({ logFile });
			await (await chat(upstream, { model: 'mock', stream: true })).text();
			await chat(upstream, { model: 'mock:reset_at=1', stream: true })
				.then(async (response) => response.text())
				.catch(() => undefined);
			await upstream.waitForCall((call) => call.state === 'reset');
			const lines = readFileSync(logFile, 'utf8')
				.trimEnd()
				.split('\n')
				.map((line) => JSON.parse(line) as Record<string, unknown>);
			expect(lines.map(({ event, id, state, sentChunks }) => [event, id, state, sentChunks])).toEqual([
				['start', 'mock-000001', 'open', 0],
				['end', 'mock-000001', 'finished', 10],
				['start', 'mock-000002', 'open', 0],
				['end', 'mock-000002', 'reset', 1],
			]);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});

	it('rejects when no call fits in time', async () => {
		await expect((await start()).waitForCall(() => true, 10)).rejects.toThrow('no such call');
	});

	it('closes at once, with streams open', async () => {
		const upstream = await start();
		const response = await chat(upstream, { model: 'mock:stall_at=1', stream: true });
		expect(upstream.openSockets).toBe(1);
		await upstream.close();
		await expect(response.text()).rejects.toThrow('terminated');
		expect(upstream.openSockets).toBe(0);
		expect(upstream.calls[0]?.state).toBe('aborted');
	});
});
