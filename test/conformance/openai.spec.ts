import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { startApi, type TestApi } from '../../apps/api/test/support/start-api.js';
import { addTenant, type Tenant } from '../../apps/api/test/support/tenants.js';
import { OpenAI6, OpenAI7, z, zodTextFormat6, zodTextFormat7 } from '../clients/index.js';

/** OpenAI's unmodified clients, all that they offer: in front of OpenAI, a compatible server, and Ollama. */
let api: TestApi;
let openai: MockUpstream;
let vllm: MockUpstream;
let ollama: MockUpstream;
let anthropic: MockUpstream;
let tenant: Tenant;

beforeAll(async () => {
	await freshDatabase();
	openai = await startMockUpstream({ models: ['gpt-x', 'ns/model:tag'] });
	vllm = await startMockUpstream({ models: ['vllm-x'] });
	ollama = await startMockUpstream({ models: ['llama:latest'] });
	anthropic = await startMockUpstream({ models: ['claude-x'] });
	api = await startApi({ OLLAMA_URL: ollama.url, EGRESS_ALLOW: '127.0.0.1' });
	tenant = await addTenant(testConfig('api'));
	for (const [name, kind, { url }] of [
		['openai', 'openai', openai],
		['vllm', 'openai-compatible', vllm],
		['anthropic', 'anthropic', anthropic],
	] as const) {
		const created = await fetch(`${api.url}/api/v1/providers`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', authorization: `Bearer ${tenant.key}` },
			body: JSON.stringify({ name, kind, baseUrl: kind === 'anthropic' ? url : `${url}/v1`, apiKey: 'sk-mock' }),
		});
		if (created.status !== 201) throw new Error(await created.text());
	}
});
afterAll(async () => {
	await api?.stop();
	await Promise.all([openai, vllm, ollama, anthropic].map((mock) => mock?.close()));
});

afterEach(() => {
	for (const mock of [openai, vllm, ollama, anthropic]) mock.behave();
});

const mockOf = (model: string): MockUpstream =>
	({ 'gpt-x': openai, 'vllm-x': vllm, 'claude-x': anthropic })[model] ?? ollama;
const words = Array.from({ length: 10 }, (_, n) => `w${n}`).join(' ');
const models = ['gpt-x', 'vllm-x', 'llama', 'claude-x'];
const weather = {
	type: 'function' as const,
	name: 'weather',
	description: 'The weather of a city',
	strict: true,
	parameters: {
		type: 'object',
		properties: { city: { type: 'string' } },
		required: ['city'],
		additionalProperties: false,
	},
};

describe.each([
	['openai 6', OpenAI6, zodTextFormat6],
	['openai 7', OpenAI7 as unknown as typeof OpenAI6, zodTextFormat7],
])('%s', (version, OpenAI, zodTextFormat) => {
	const client = () => new OpenAI({ apiKey: tenant.key, baseURL: `${api.url}/openai/v1`, maxRetries: 0 });

	describe.each(models)('responses of %s', (model) => {
		it('answers', async () => {
			const answer = await client().responses.create({ model, input: 'hello there', instructions: 'be brief' });
			expect(answer.output_text.trim()).toBe(words);
			expect(answer).toMatchObject({
				status: 'completed',
				store: false,
				usage: { output_tokens: 10, input_tokens_details: { cached_tokens: 0 } },
			});
			expect(answer.usage?.input_tokens).toBeGreaterThanOrEqual(2);
		});

		it('streams typed events, numbered, with usage at the end', async () => {
			const stream = await client().responses.create({ model, input: 'hello', stream: true });
			const types: string[] = [];
			const numbers: number[] = [];
			let text = '';
			let output = 0;
			for await (const event of stream) {
				types.push(event.type);
				numbers.push(event.sequence_number);
				if (event.type === 'response.output_text.delta') text += event.delta;
				if (event.type === 'response.completed') output = event.response.usage?.output_tokens ?? 0;
			}
			expect([text.trim(), output]).toEqual([words, 10]);
			expect(types.filter((type) => type !== 'response.output_text.delta')).toEqual([
				'response.created',
				'response.in_progress',
				'response.output_item.added',
				'response.content_part.added',
				'response.output_text.done',
				'response.content_part.done',
				'response.output_item.done',
				'response.completed',
			]);
			expect(numbers).toEqual(numbers.map((_, at) => at));
		});

		it('satisfies the stream helper, thinking included', async () => {
			mockOf(model).behave(() => 'thinking=3');
			const input = { model, input: 'hello', reasoning: { effort: 'low', summary: 'auto' } } as const;
			const final = await client().responses.stream(input).finalResponse();
			expect(final.output_text.trim()).toBe(words);
			expect(final.output[0]).toMatchObject({ type: 'reasoning', summary: [{ text: 't0 t1 t2' }] });
		});

		it('calls tools in a loop', async () => {
			const input: Parameters<InstanceType<typeof OpenAI>['responses']['create']>[0]['input'] = [
				{ role: 'user', content: 'weather in Ulm' },
			];
			const first = await client()
				.responses.stream({ model, input, tools: [weather] })
				.finalResponse();
			const [call] = first.output.filter((item) => item.type === 'function_call');
			expect(call).toMatchObject({ name: 'weather', status: 'completed', call_id: expect.stringMatching(/./) });
			expect(Object.keys(JSON.parse(call?.arguments ?? ''))).toEqual(['city']);
			input?.push(...(first.output as []), {
				type: 'function_call_output',
				call_id: call?.call_id ?? '',
				output: 'rain',
			});
			const second = await client().responses.create({ model, input, tools: [weather] });
			expect(second.output_text.trim()).toBe(words);
		});

		it('parses structured answers', async () => {
			const schema = z.object({ city: z.string(), degrees: z.number() });
			const format = zodTextFormat(schema as never, 'forecast');
			const answer = await client().responses.parse({ model, input: 'weather', text: { format } });
			expect(schema.safeParse(answer.output_parsed).success).toBe(true);
			const streamed = await client().responses.stream({ model, input: 'weather', text: { format } }).finalResponse();
			expect(schema.safeParse(streamed.output_parsed).success).toBe(true);
		});

		it('is incomplete where the cap is reached', async () => {
			const answer = await client().responses.create({ model, input: 'hello', max_output_tokens: 4 });
			expect(answer).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
			expect(answer.usage?.output_tokens).toBe(4);
		});

		it('says in the stream when it fails', async () => {
			mockOf(model).behave(() => 'reset_at=3');
			const types: string[] = [];
			const read = async () => {
				for await (const event of await client().responses.create({ model, input: 'x', stream: true }))
					types.push(event.type);
			};
			if (version === 'openai 7') await expect(read()).rejects.toBeInstanceOf(OpenAI.APIError);
			else {
				await read();
				expect(types.slice(-2)).toEqual(['error', 'response.failed']);
			}
			const helped = client().responses.stream({ model, input: 'x' }).finalResponse();
			await expect(helped).rejects.toMatchObject({ message: 'The connection to the upstream broke' });
		});

		it('estimates input tokens', async () => {
			const { data, response } = await client()
				.responses.inputTokens.count({ model, input: 'x'.repeat(300) })
				.withResponse();
			expect(data).toEqual({ object: 'response.input_tokens', input_tokens: 100 });
			expect(response.headers.get('x-parallama-estimate')).toBe('true');
		});
	});

	describe.each(models)('completions of %s', (model) => {
		it('answers and streams', async () => {
			const answer = await client().completions.create({ model, prompt: 'Once upon', max_tokens: 50 });
			expect(answer).toMatchObject({ object: 'text_completion', usage: { completion_tokens: 10 } });
			expect(answer.choices[0]).toMatchObject({ index: 0, finish_reason: 'stop' });
			expect(answer.choices[0]?.text.trim()).toBe(words);
			const stream = await client().completions.create({ model, prompt: 'Once upon', stream: true });
			let text = '';
			for await (const chunk of stream) text += chunk.choices[0]?.text ?? '';
			expect(text.trim()).toBe(words);
		});
	});

	describe.each(models)('chats of %s', (model) => {
		it('satisfies the stream helper with tools', async () => {
			const stream = client().chat.completions.stream({
				model,
				messages: [{ role: 'user', content: 'weather' }],
				tools: [{ type: 'function', function: weather }],
			});
			const final = await stream.finalChatCompletion();
			expect(final.choices[0]).toMatchObject({
				finish_reason: 'tool_calls',
				message: { tool_calls: [{ type: 'function', function: { name: 'weather' } }] },
			});
		});

		it('gives several answers, with log probabilities where the upstream has them', async () => {
			const asked = { model, n: 2, messages: [{ role: 'user' as const, content: 'hello' }] };
			const wanted = client().chat.completions.create({ ...asked, logprobs: true, top_logprobs: 2 });
			if (model === 'claude-x')
				await expect(wanted).rejects.toMatchObject({ code: 'unsupported_parameter', param: 'logprobs' });
			const answer = await (model === 'claude-x' ? client().chat.completions.create(asked) : wanted);
			expect(answer.choices.map(({ index }) => index)).toEqual([0, 1]);
			if (model !== 'claude-x')
				expect(answer.choices[0]?.logprobs?.content?.[0]).toMatchObject({ bytes: expect.any(Array) });
		});
	});

	it('moderates locally', async () => {
		const before = openai.calls.length;
		const { model, results } = await client().moderations.create({ input: ['hello', 'I want to kill you'] });
		expect([model, ...results.map(({ flagged }) => flagged)]).toEqual(['parallama-moderation-local', false, true]);
		expect(Object.keys(results[1]?.category_scores ?? {})).toHaveLength(13);
		expect(openai.calls).toHaveLength(before);
	});

	it.each(['gpt-x', 'llama'])('embeds with %s as numbers and as base64', async (model) => {
		const floats = await client().embeddings.create({ model, input: 'a', dimensions: 4, encoding_format: 'float' });
		const base64 = await client().embeddings.create({ model, input: 'a', dimensions: 4 });
		expect(floats.data[0]?.embedding).toHaveLength(4);
		expect(base64.data[0]?.embedding.map(Math.fround)).toEqual(floats.data[0]?.embedding.map(Math.fround));
	});

	it('embeds token ids where the upstream knows them', async () => {
		const { data } = await client().embeddings.create({ model: 'gpt-x', input: [[1, 2], [3]] });
		expect(data).toHaveLength(2);
		await expect(client().embeddings.create({ model: 'llama', input: [1, 2] })).rejects.toMatchObject({
			status: 400,
			code: 'unsupported_parameter',
			param: 'input',
		});
	});

	it('finds a model whose id has a slash and a colon', async () => {
		expect(await client().models.retrieve('ns/model:tag')).toMatchObject({ id: 'ns/model:tag', object: 'model' });
	});

	it('is told at once what is not served', async () => {
		await expect(client().responses.retrieve('resp_1')).rejects.toMatchObject({
			status: 404,
			code: 'unsupported_endpoint',
		});
		const stored = client().responses.create({ model: 'gpt-x', input: 'x', previous_response_id: 'resp_1' });
		await expect(stored).rejects.toMatchObject({
			status: 400,
			code: 'unsupported_parameter',
			param: 'previous_response_id',
		});
	});
});
