import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { asOwner, eventually, freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { Ollama } from '../../../test/clients/index.js';
import { sendRaw } from './support/raw-socket.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addMember, addTenant, type Tenant } from './support/tenants.js';

const PNG = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
	'base64',
);
const WORDS = Array.from({ length: 10 }, (_, n) => `w${n}`).join(' ');

let api: TestApi;
let ollama: MockUpstream;
let openai: MockUpstream;
let pictures: Server;
let pictureUrl: string;
let tenant: Tenant;
let startedAt: Date;

beforeAll(async () => {
	await freshDatabase();
	pictures = createServer((_, response) => response.writeHead(200, { 'content-type': 'image/png' }).end(PNG));
	await new Promise<void>((resolve) => pictures.listen(0, '127.0.0.1', () => resolve()));
	pictureUrl = `http://127.0.0.1:${(pictures.address() as AddressInfo).port}/cat.png`;
	ollama = await startMockUpstream({ models: ['llama:latest', 'mock-embed'] });
	openai = await startMockUpstream({ models: ['gpt-x', 'embed-x'] });
	api = await startApi({
		OLLAMA_URL: ollama.url,
		ECHO_PROVIDER: 'on',
		EGRESS_ALLOW: '127.0.0.1',
		IMAGE_EGRESS_ALLOW: '127.0.0.1',
		LEDGER_FLUSH_MS: '20',
	});
	tenant = await addTenant(testConfig('api'));
	for (const [path, body] of [
		['/api/v1/providers', { name: 'vllm', kind: 'openai-compatible', baseUrl: `${openai.url}/v1` }],
		[
			'/api/v1/aliases',
			{ name: 'fast', targets: [{ providerId: '00000000-0000-7000-8000-000000000201', model: 'llama:latest' }] },
		],
	] as const) {
		const created = await post(path, body, { 'content-type': 'application/json' });
		if (created.status !== 201) throw new Error(await created.text());
	}
});
afterAll(async () => {
	await api?.stop();
	pictures?.close();
	await Promise.all([ollama?.close(), openai?.close()]);
});
beforeEach(async () => {
	ollama.clear();
	openai.clear();
	startedAt = new Date();
});

const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
	fetch(api.url + path, {
		method: 'POST',
		headers: { authorization: `Bearer ${tenant.key}`, ...headers },
		body: JSON.stringify(body),
	});
const get = (path: string, method = 'GET'): Promise<Response> =>
	fetch(api.url + path, { method, headers: { 'x-api-key': tenant.key } });
const read = async <T>(answer: Promise<Response>): Promise<T> => (await (await answer).json()) as T;
const client = () => new Ollama({ host: `${api.url}/ollama`, headers: { authorization: `Bearer ${tenant.key}` } });

interface Line {
	response?: string;
	message?: { content: string };
	done: boolean;
	done_reason?: string;
}
const linesOf = (ndjson: string): Line[] => {
	expect(ndjson.endsWith('\n')).toBe(true);
	const lines = ndjson.slice(0, -1).split('\n');
	expect(lines.filter((line) => line.trim() === '')).toEqual([]);
	return lines.map((line) => JSON.parse(line) as Line);
};
/** Of the calls of this test. */
const rows = (count: number) =>
	eventually(async () => {
		const found = await asOwner('SELECT * FROM usage_events WHERE occurred_at >= $1 ORDER BY occurred_at', [startedAt]);
		return found.length >= count ? found : undefined;
	});

describe.each([
	['llama', WORDS],
	['fast', WORDS],
	['gpt-x', WORDS],
	['echo', '[development model, repeats you] hello'],
])("Ollama's client with %s", (model, said) => {
	it('generates at once and as a stream, in one ledger row each', async () => {
		const whole = await client().generate({ model, prompt: 'hello' });
		expect([whole.response?.trim(), whole.done, whole.eval_count > 0]).toEqual([said, true, true]);
		let text = '';
		let last: { done: boolean; eval_count?: number } = { done: false };
		for await (const chunk of await client().generate({ model, prompt: 'hello', stream: true })) {
			text += chunk.response;
			last = chunk;
		}
		expect([text.trim(), last.done, (last.eval_count ?? 0) > 0]).toEqual([said, true, true]);
		for (const row of await rows(2))
			expect(row).toMatchObject({ dialect: 'ollama', operation: 'generate', alias: model, status: 'ok' });
	});

	it('shows the model', async () => {
		const shown = await client().show({ model });
		expect(shown.capabilities).toContain('completion');
		expect(shown.details.family).toEqual(expect.any(String));
	});

	it('keeps to a schema', async () => {
		const format = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
		const { message } = await client().chat({ model, messages: [{ role: 'user', content: 'x' }], format });
		expect(JSON.parse(message.content)).toEqual({ a: expect.any(String) });
	});
});

describe('models that Ollama serves', () => {
	it('are loaded by an empty prompt and unloaded by keep_alive 0, which takes no tokens', async () => {
		expect(await client().generate({ model: 'llama', prompt: '' })).toMatchObject({ done_reason: 'load' });
		const unload = await client().generate({ model: 'llama', prompt: '', keep_alive: 0 });
		expect(unload.done_reason).toBe('unload');
		for (const row of await rows(2))
			expect(row).toMatchObject({ status: 'ok', usage_source: 'provider', input_tokens: '0', output_tokens: '0' });
	});

	it('get every field as the client wrote it', async () => {
		const body = {
			model: 'fast',
			prompt: 'p',
			system: 's',
			template: 't',
			raw: true,
			suffix: 'x',
			context: [1],
			odd: 1,
		};
		await (await post('/api/generate', body)).text();
		expect(ollama.calls.at(-1)?.body).toEqual({ ...body, model: 'llama:latest' });
	});

	it('elsewhere what cannot be said is refused by name, and nothing was sent', async () => {
		const refused = await post('/api/generate', { model: 'gpt-x', prompt: 'p', template: 't' });
		expect([refused.status, (await read<{ error: string }>(Promise.resolve(refused))).error]).toEqual([
			400,
			'template is not supported for this model',
		]);
		expect((await post('/api/generate', { model: 'gpt-x' })).status).toBe(400);
		expect(openai.calls.filter(({ method }) => method === 'POST')).toEqual([]);
	});
});

describe('the older embeddings', () => {
	it.each(['mock-embed', 'embed-x', 'echo'])('of %s are one vector', async (model) => {
		const { embedding } = await client().embeddings({ model, prompt: 'hello' });
		expect(embedding).toHaveLength(8);
		const { embeddings } = await client().embed({ model, input: 'hello' });
		expect(embeddings[0]?.map(Math.fround)).toEqual(embedding.map(Math.fround));
	});
});

describe('lists', () => {
	it('name the same models in every form, aliases too', async () => {
		const tags = (await client().list()).models.map(({ name }) => name);
		const { data } = await read<{ data: { id: string }[] }>(get('/v1/models'));
		expect(tags.toSorted()).toEqual(data.map(({ id }) => id).toSorted());
		expect(tags.toSorted()).toEqual(['echo', 'embed-x', 'fast', 'gpt-x', 'llama:latest', 'mock-embed:latest']);
		for (const name of tags) expect((await post('/api/show', { name })).status).toBe(200);
	});

	it('say what is in memory, under names that can be called', async () => {
		const { models } = await client().ps();
		expect(models.map(({ name }) => name).toSorted()).toEqual(['llama:latest', 'mock-embed:latest']);
		const { key } = await addTenant(testConfig('api'));
		const other = await read<{ models: object[] }>(
			fetch(`${api.url}/api/ps`, { headers: { authorization: `Bearer ${key}` } }),
		);
		expect(other.models).toHaveLength(2);
	});

	it("show Ollama's own words, and of others what is known", async () => {
		const native = await read<{ modelfile: string }>(post('/api/show', { model: 'llama', verbose: true }));
		expect(native.modelfile).toBe('FROM llama');
		expect(ollama.calls.at(-1)?.body).toEqual({ model: 'llama:latest', verbose: true });
		const other = await read<{ modelfile: string; capabilities: string[] }>(post('/api/show', { model: 'gpt-x' }));
		expect(other).toMatchObject({ modelfile: '', capabilities: ['completion'] });
		for (const body of [{}, { model: 7 }, { model: 'llama', Model: 'gpt-x' }])
			expect((await post('/api/show', body)).status).toBe(400);
		expect((await post('/api/show', { model: 'none' })).status).toBe(404);
	});
});

describe('requests as curl sends them', () => {
	const raw = async (path: string, body: string): Promise<string> => {
		const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tenant.key}\r\nconnection: close`;
		return (await sendRaw(api.port, `${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)).text;
	};

	it.each([
		['/api/generate', { prompt: 'hello' }],
		['/api/chat', { messages: [{ role: 'user', content: 'hello' }] }],
	])('%s without a type or stream streams lines, the last of them done', async (path, rest) => {
		for (const model of ['llama', 'gpt-x', 'echo']) {
			const answer = await raw(path, JSON.stringify({ model, ...rest }));
			expect(answer).toMatch(/^HTTP\/1\.1 200 /);
			expect(answer).toMatch(/content-type: application\/x-ndjson/i);
			const lines = linesOf(await (await post(path, { model, ...rest })).text());
			expect(lines.map(({ done }) => done)).toEqual([...lines.slice(1).map(() => false), true]);
		}
	});

	it('HEAD and GET find a server', async () => {
		for (const path of ['/api/tags', '/api/version', '/ollama/api/version', '/', '/ollama']) {
			const head = await get(path, 'HEAD');
			expect([path, head.status, await head.text()]).toEqual([path, 200, '']);
		}
		expect(await (await get('/ollama')).text()).toBe('Ollama is running');
		expect((await client().version()).version).toMatch(/^\d+\.\d+\.\d+$/);
	});
});

describe('what Ollama lacks', () => {
	const chat = (body: object) =>
		post('/v1/chat/completions', { model: 'llama', messages: [{ role: 'user', content: 'Oslo' }], ...body });
	const tools = ['weather', 'news'].map((name) => ({
		type: 'function',
		function: { name, parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
	}));
	interface Answer {
		choices: {
			finish_reason: string;
			message: { content: string | null; tool_calls?: { function: { name: string; arguments: string } }[] };
		}[];
		usage: { prompt_tokens: number };
	}

	it.each([
		['required', /weather|news/],
		[{ type: 'function', function: { name: 'news' } }, /news/],
	])('a call of a tool is forced with %j', async (tool_choice, name) => {
		const [choice] = (await read<Answer>(chat({ tools, tool_choice }))).choices;
		const call = choice?.message.tool_calls?.[0]?.function;
		expect([choice?.finish_reason, call?.name]).toEqual(['tool_calls', expect.stringMatching(name)]);
		expect(JSON.parse(call?.arguments ?? '')).toEqual({ city: expect.any(String) });
		const stream = await (await chat({ tools, tool_choice, stream: true })).text();
		expect(stream).toMatch(/"tool_calls":\[\{"index":0,"id":"call_0"/);
		expect(stream).toContain('"finish_reason":"tool_calls"');
	});

	it('tools that must not be called are not offered', async () => {
		const [choice] = (await read<Answer>(chat({ tools, tool_choice: 'none' }))).choices;
		expect(choice?.message.tool_calls).toBeUndefined();
		expect(ollama.calls.at(-1)?.body).not.toHaveProperty('tools');
	});

	it('images by URL are fetched for it', async () => {
		const content = [{ type: 'image_url', image_url: { url: pictureUrl } }];
		const answer = await chat({ messages: [{ role: 'user', content }] });
		expect(answer.status).toBe(200);
		expect(ollama.calls.at(-1)?.body).toMatchObject({ messages: [{ images: [PNG.toString('base64')] }] });
	});

	it('a prompt whose length it does not say is estimated, never counted as nothing', async () => {
		ollama.behave(() => 'no_prompt_usage');
		const { usage } = await read<Answer>(chat({}));
		ollama.behave();
		expect(usage.prompt_tokens).toBeGreaterThan(0);
		const [row] = await rows(1);
		expect(row).toMatchObject({ is_estimated: true, usage_source: 'provider_partial' });
		expect(Number(row?.input_tokens)).toBeGreaterThan(0);
	});
});

describe('a caller whose roles allow some models', () => {
	let key: string;
	beforeAll(async () => {
		const member = await addMember(testConfig('api'), tenant, undefined);
		key = member.key;
		const json = { 'content-type': 'application/json' };
		const permissions = ['models:use', 'models:read', 'models:pull', 'models:create', 'models:delete'];
		const role = await read<{ data: { id: string } }>(
			post('/api/v1/roles', { name: 'narrow', permissions, models: { allow: ['llama*'] } }, json),
		);
		const given = await post('/api/v1/role-assignments', { userId: member.userId, roleId: role.data.id }, json);
		if (given.status !== 201) throw new Error(await given.text());
	});
	const narrow = (path: string, body: object, method = 'POST'): Promise<Response> =>
		fetch(api.url + path, { method, headers: { authorization: `Bearer ${key}` }, body: JSON.stringify(body) });

	it('finds the others nowhere, whatever field names them', async () => {
		const chat = { messages: [{ role: 'user', content: 'x' }], stream: false };
		for (const model of ['gpt-x', 'vllm/gpt-x', 'mock-embed', 'ollama/mock-embed', 'fast'])
			for (const [path, rest] of [
				['/api/chat', { model, ...chat }],
				['/ollama/api/generate', { model, prompt: 'x' }],
				['/api/embed', { model, input: 'x' }],
				['/api/embeddings', { model, prompt: 'x' }],
				['/api/show', { model }],
				['/api/show', { name: model }],
			] as const)
				expect([path, model, (await narrow(path, rest)).status]).toEqual([path, model, 404]);
		expect([...ollama.calls, ...openai.calls].filter(({ method }) => method === 'POST')).toEqual([]);
		expect((await narrow('/api/chat', { model: 'llama', ...chat })).status).toBe(200);
		expect((await narrow('/api/show', { name: 'llama' })).status).toBe(200);
	});

	it('sees the others in no list', async () => {
		for (const path of ['/api/tags', '/api/ps']) {
			const answer = await fetch(api.url + path, { headers: { authorization: `Bearer ${key}` } });
			const { models } = (await answer.json()) as { models: { name: string }[] };
			expect([path, models.map(({ name }) => name)]).toEqual([path, ['llama:latest']]);
		}
	});
});

it('an image URL reaches nothing that only providers may reach', async () => {
	const strict = await startApi({ OLLAMA_URL: ollama.url, EGRESS_ALLOW: '127.0.0.1' });
	let connections = 0;
	pictures.on('connection', () => connections++);
	for (const url of [
		pictureUrl,
		pictureUrl.replace('127.0.0.1', 'localhost'),
		pictureUrl.replace('127.0.0.1', '2130706433'),
	]) {
		const content = [
			{ type: 'text', text: 'what is this?' },
			{ type: 'image_url', image_url: { url } },
		];
		const answer = await fetch(`${strict.url}/v1/chat/completions`, {
			method: 'POST',
			headers: { authorization: `Bearer ${tenant.key}` },
			body: JSON.stringify({ model: 'llama', messages: [{ role: 'user', content }] }),
		});
		const { error } = (await answer.json()) as { error: object };
		expect([answer.status, error]).toEqual([
			400,
			expect.objectContaining({ code: 'image_unavailable', param: 'messages.0.content.1' }),
		]);
	}
	await strict.stop();
	expect([connections, ollama.calls.filter(({ path }) => path === '/api/chat')]).toEqual([0, []]);
});
