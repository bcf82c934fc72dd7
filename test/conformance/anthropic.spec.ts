import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ThreeProtocols } from '../../apps/api/test/support/three-protocols.js';
import { Anthropic0, Anthropic1 } from '../clients/index.js';

/** Both majors of Anthropic's own client, unmodified, in front of each upstream protocol. */
let all: ThreeProtocols;
beforeAll(async () => {
	all = await ThreeProtocols.start();
});
afterAll(() => all?.close());
beforeEach(() => all.reset());

const words = Array.from({ length: 10 }, (_, n) => `w${n}`).join(' ');
const ask = (content: string) => [{ role: 'user' as const, content }];
const tools = [
	{
		name: 'weather',
		description: 'Tells the weather',
		input_schema: { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] },
	},
];
const models = ['claude-x', 'gpt-x', 'llama'] as const;
interface Block {
	readonly type: string;
	readonly text?: string;
}
const textOf = (content: readonly Block[]): string =>
	content
		.filter(({ type }) => type === 'text')
		.map(({ text }) => text)
		.join('')
		.trim();

describe.each([
	['0.137', Anthropic0 as unknown as typeof Anthropic1],
	['1', Anthropic1],
])('@anthropic-ai/sdk %s', (major, Anthropic) => {
	const client = (more: { apiKey?: string | null; authToken?: string } = { apiKey: all.tenant.key }) =>
		new Anthropic({ baseURL: `${all.api.url}/anthropic`, maxRetries: 0, ...more });

	it.each(models)('chats with %s', async (model) => {
		const answer = await client().messages.create({ model, max_tokens: 99, messages: ask('one two three') });
		expect(answer).toMatchObject({
			type: 'message',
			stop_reason: 'end_turn',
			usage: { input_tokens: 3, output_tokens: 10 },
		});
		expect(textOf(answer.content)).toBe(words);
		expect(answer._request_id).toMatch(/\w{8}/);
	});

	it.each(models)('streams from %s, event by event', async (model) => {
		const types = new Set<string>();
		let text = '';
		for await (const event of await client().messages.create({
			model,
			max_tokens: 99,
			messages: ask('one two three'),
			stream: true,
		})) {
			types.add(event.type);
			if (event.type === 'message_start') expect(event.message.usage.input_tokens).toBeGreaterThan(0);
			if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') text += event.delta.text;
		}
		expect([text.trim(), [...types].at(-1)]).toEqual([words, 'message_stop']);
	});

	it.each(models)('accumulates a stream of %s', async (model) => {
		const pieces: string[] = [];
		const stream = client()
			.messages.stream({ model, max_tokens: 99, messages: ask('one two three') })
			.on('text', (piece) => pieces.push(piece));
		const message = await stream.finalMessage();
		expect([textOf(message.content), pieces.join('').trim()]).toEqual([words, words]);
		expect(message).toMatchObject({ stop_reason: 'end_turn', usage: { output_tokens: 10 } });
		expect(message.usage.input_tokens).toBe(3);
	});

	it.each(models)('%s calls tools, several at once, and takes their results', async (model) => {
		const request = { model, max_tokens: 99, tools };
		const first = await client()
			.messages.stream({ ...request, messages: ask('do: tool_calls=2') })
			.finalMessage();
		const calls = first.content.filter((block) => block.type === 'tool_use');
		expect([first.stop_reason, calls.map(({ name }) => name)]).toEqual(['tool_use', ['weather', 'weather']]);
		expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
		for (const { input } of calls) expect(input).toMatchObject({ city: expect.any(String) });
		const results = calls.map(({ id }, at) => ({
			type: 'tool_result' as const,
			tool_use_id: id,
			content: at === 0 ? 'sunny' : [{ type: 'text' as const, text: 'no such city' }],
			is_error: at === 1,
		}));
		const next = await client().messages.create({
			...request,
			messages: [...ask('weather?'), { role: 'assistant', content: first.content }, { role: 'user', content: results }],
		});
		expect([textOf(next.content), next.stop_reason]).toEqual([words, 'end_turn']);
	});

	it.each(['claude-x', 'gpt-x'] as const)('%s thinks where it is asked to', async (model) => {
		const message = await client()
			.messages.stream({
				model,
				max_tokens: 4_096,
				thinking: { type: 'enabled', budget_tokens: 1_024 },
				messages: ask('why?'),
			})
			.finalMessage();
		expect(message.content.map(({ type }) => type)).toEqual(['thinking', 'text']);
		expect(message.usage.output_tokens_details?.thinking_tokens).toBeGreaterThan(0);
	});

	it.each(models)('%s looks at an image', async (model) => {
		const data = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]).toString('base64');
		await client().messages.create({
			model,
			max_tokens: 99,
			messages: [
				{
					role: 'user',
					content: [
						{ type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
						{ type: 'text', text: 'what?' },
					],
				},
			],
		});
		expect(all.upstreamOf(model).calls.at(-1)?.images).toHaveLength(1);
	});

	it.each(models)('counts the tokens of a prompt for %s', async (model) => {
		const { data, response } = await client()
			.messages.countTokens({ model, messages: ask('one two three'), tools })
			.withResponse();
		expect(data.input_tokens).toBeGreaterThan(0);
		expect(response.headers.get('x-parallama-estimate')).toBe(model === 'claude-x' ? null : 'true');
	});

	it('lists models page by page and finds one', async () => {
		const ids: string[] = [];
		for await (const { id } of client().models.list({ limit: 2 })) ids.push(id);
		expect(ids.toSorted()).toEqual(['claude-x', 'gpt-x', 'llama:latest', 'ns/claude:1']);
		expect(await client().models.retrieve('llama:latest')).toMatchObject({ id: 'llama:latest', type: 'model' });
	});

	it('takes the key in both carriers', async () => {
		const withToken = client({ apiKey: null, authToken: all.tenant.key });
		expect((await withToken.models.retrieve('gpt-x')).id).toBe('gpt-x');
	});

	it('maps errors to its own classes', async () => {
		const request = { max_tokens: 9, messages: ask('x') };
		await expect(client({ apiKey: 'pl_wrong' }).models.list()).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
		await expect(client().messages.create({ ...request, model: 'none' })).rejects.toBeInstanceOf(
			Anthropic.NotFoundError,
		);
		const status = (code: number) => {
			all.closeBreakers();
			return client()
				.messages.create({ model: 'gpt-x', max_tokens: 9, messages: ask(`do: status=${code}`) })
				.catch((error: unknown) => error);
		};
		expect(await status(429)).toBeInstanceOf(Anthropic.RateLimitError);
		expect(await status(503)).toMatchObject({ status: 529, error: { error: { type: 'overloaded_error' } } });
		expect(await status(400)).toMatchObject({
			status: 400,
			requestID: expect.any(String),
			error: { type: 'error', error: { type: 'invalid_request_error' } },
		});
	});

	it.each(models)('a fault in the middle of a stream of %s is an error, never an end', async (model) => {
		const stream = client().messages.stream({ model, max_tokens: 99, messages: ask('do: error_at=3') });
		await expect(stream.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIError);
	});

	it.each(models)('stops %s when a stream is aborted', async (model) => {
		const stream = client().messages.stream({ model, max_tokens: 9_999, messages: ask('do: chunks=1000,delay_ms=5') });
		stream.on('text', () => stream.abort());
		await expect(stream.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIUserAbortError);
		const call = await all.upstreamOf(model).waitForCall(({ state }) => state === 'aborted');
		expect(call.sentChunks).toBeLessThan(1_000);
	});

	it(`speaks API version ${major === '1' ? '2026-10-21' : '2023-06-01'}`, async () => {
		await client().messages.create({ model: 'claude-x', max_tokens: 9, messages: ask('x') });
		expect(all.claude.calls.at(-1)?.headers['anthropic-version']).toBe(major === '1' ? '2026-10-21' : '2023-06-01');
	});
});
