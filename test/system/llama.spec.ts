import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, eventually, freshDatabase, testConfig } from '#libs/testing';
import { startApi, type TestApi } from '../../apps/api/test/support/start-api.js';
import { addTenant, type Tenant } from '../../apps/api/test/support/tenants.js';
import { Anthropic1, Ollama, OpenAI7 } from '../clients/index.js';
import { LlamaServer } from './llama-server.js';

/** Set by `npm run test:system` when the engine could be had; it says loudly when not. */
const root = process.env['LLAMA_ROOT'];

interface Row {
	input: number;
	output: number;
	usage_source: string;
}

(root === undefined ? describe.skip : describe)("a real llama.cpp server behind the gateway's dialects", () => {
	let api: TestApi;
	let tenant: Tenant;
	let servers: LlamaServer[];

	const provide = async (name: string, { url }: LlamaServer, kind = 'openai-compatible'): Promise<void> => {
		const created = await fetch(`${api.url}/api/v1/providers`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', authorization: `Bearer ${tenant.key}` },
			body: JSON.stringify({ name, kind, baseUrl: `${url}/v1` }),
		});
		if (created.status !== 201) throw new Error(await created.text());
	};

	beforeAll(async () => {
		await freshDatabase();
		servers = await Promise.all([
			LlamaServer.start(root as string, '--alias', 'noise'),
			LlamaServer.start(root as string, '--alias', 'noise-embed', '--embeddings', '--pooling', 'mean'),
		]);
		api = await startApi({ EGRESS_ALLOW: '127.0.0.1', LEDGER_FLUSH_MS: '20' });
		tenant = await addTenant(testConfig('api'));
		await provide('llama', servers[0] as LlamaServer);
		await provide('messages', servers[0] as LlamaServer, 'anthropic');
		await provide('llama-embed', servers[1] as LlamaServer);
	}, 60_000);
	afterAll(async () => {
		await api?.stop();
		await Promise.all((servers ?? []).map((server) => server.stop()));
	});

	/** The one row that a call must leave, then none is left for the next. */
	const row = async (): Promise<Row> => {
		const found = await eventually(async () => {
			const rows = await asOwner<Row>(
				`SELECT (input_tokens + cache_read_tokens)::int AS input, output_tokens::int AS output, usage_source FROM usage_events`,
			);
			return rows.length > 0 ? rows : undefined;
		});
		await asOwner('DELETE FROM usage_events');
		expect(found).toHaveLength(1);
		return found[0] as Row;
	};

	const messages = [{ role: 'user' as const, content: 'ba de ki' }];
	const openai = () => new OpenAI7({ apiKey: tenant.key, baseURL: `${api.url}/openai/v1`, maxRetries: 0 });
	const ollama = () => new Ollama({ host: `${api.url}/ollama`, headers: { authorization: `Bearer ${tenant.key}` } });

	it('chats through the OpenAI dialect, with its usage in the ledger', async () => {
		const answer = await openai().chat.completions.create({ model: 'noise', messages, max_tokens: 12 });
		expect(answer.choices[0]?.finish_reason).toBe('length');
		expect(answer.choices[0]?.message.content?.length).toBeGreaterThan(0);
		expect(answer.usage?.completion_tokens).toBe(12);
		expect(await row()).toEqual({ input: answer.usage?.prompt_tokens, output: 12, usage_source: 'provider' });
	});

	it('streams through the OpenAI dialect', async () => {
		const stream = await openai().chat.completions.create({
			model: 'noise',
			messages,
			max_tokens: 12,
			stream: true,
			stream_options: { include_usage: true },
		});
		const seen = { text: '', finish: '', output: 0 };
		for await (const { choices, usage } of stream) {
			seen.text += choices[0]?.delta.content ?? '';
			seen.finish = choices[0]?.finish_reason ?? seen.finish;
			seen.output = usage?.completion_tokens ?? seen.output;
		}
		expect(seen).toEqual({ text: expect.stringMatching(/./), finish: 'length', output: 12 });
		expect(await row()).toMatchObject({ output: 12, usage_source: 'provider' });
	});

	it.each([
		['translated', 'noise'],
		["in the server's own messages", 'messages/noise'],
	])('chats, streams and counts through the Anthropic dialect, %s', async (_, model) => {
		const anthropic = new Anthropic1({ apiKey: tenant.key, baseURL: `${api.url}/anthropic`, maxRetries: 0 });
		const request = { model, max_tokens: 12, messages };
		const answer = await anthropic.messages.create(request);
		expect(answer).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 12 } });
		const { input_tokens: fresh, cache_read_input_tokens: cached } = answer.usage;
		expect(await row()).toEqual({ input: fresh + (cached ?? 0), output: 12, usage_source: 'provider' });
		const streamed = await anthropic.messages.stream(request).finalMessage();
		expect(streamed).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 12 } });
		expect(streamed.content).toMatchObject([{ type: 'text', text: expect.stringMatching(/./) }]);
		expect(await row()).toMatchObject({ output: 12, usage_source: 'provider' });
		expect((await anthropic.messages.countTokens({ model, messages })).input_tokens).toBeGreaterThan(0);
	});

	it('chats with an Anthropic upstream through the other dialects', async () => {
		const answer = await openai().chat.completions.create({ model: 'messages/noise', messages, max_tokens: 12 });
		expect(answer).toMatchObject({ choices: [{ finish_reason: 'length' }], usage: { completion_tokens: 12 } });
		expect(await row()).toEqual({ input: answer.usage?.prompt_tokens, output: 12, usage_source: 'provider' });
		let text = '';
		const chat = { model: 'messages/noise', messages, options: { num_predict: 9 }, stream: true as const };
		for await (const chunk of await ollama().chat(chat)) text += chunk.message.content;
		expect(text.length).toBeGreaterThan(0);
		expect(await row()).toMatchObject({ output: 9, usage_source: 'provider' });
	});

	it('chats and streams through the Ollama dialect', async () => {
		const request = { model: 'noise', messages, options: { num_predict: 9 } };
		const answer = await ollama().chat(request);
		expect(answer).toMatchObject({ done: true, done_reason: 'length', eval_count: 9 });
		expect(await row()).toMatchObject({ output: 9, usage_source: 'provider' });
		let text = '';
		for await (const chunk of await ollama().chat({ ...request, stream: true })) text += chunk.message.content;
		expect(text.length).toBeGreaterThan(0);
		expect(await row()).toMatchObject({ output: 9, usage_source: 'provider' });
	});

	it('stops generating when the client leaves', async () => {
		const leaving = new AbortController();
		const stream = await openai().chat.completions.create(
			{ model: 'noise', messages, max_tokens: 1_500, stream: true },
			{ signal: leaving.signal },
		);
		for await (const _chunk of stream) leaving.abort();
		await eventually(async () => {
			const slots = (await (await fetch(`${servers[0]?.url}/slots`)).json()) as { is_processing: boolean }[];
			return slots.every((slot) => !slot.is_processing) ? true : undefined;
		}, 1_000);
		expect((await row()).output).toBeLessThan(1_500);
	});

	it('embeds', async () => {
		const { data, usage } = await openai().embeddings.create({ model: 'noise-embed', input: ['ba', 'de ki'] });
		expect(data.map(({ embedding }) => embedding.length)).toEqual([64, 64]);
		expect(data.flatMap(({ embedding }) => embedding).every(Number.isFinite)).toBe(true);
		expect(await row()).toMatchObject({ input: usage.prompt_tokens, usage_source: 'provider' });
	});
});
