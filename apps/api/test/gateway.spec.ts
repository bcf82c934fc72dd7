import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Targets } from '#libs/gateway';
import { asOwner, eventually, freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

interface Row {
	status: string;
	error_code: string | null;
	usage_source: string;
	is_estimated: boolean;
	is_streamed: boolean;
	dialect: string;
	operation: string;
	alias: string;
	input_tokens: string;
	output_tokens: string;
	organization_id: string;
	key_id: string;
}

let api: TestApi;
let ollama: MockUpstream;
let openai: MockUpstream;
let tenant: Tenant;

/** What an upstream does is said by the last user message: `do: reset_at=3`. */
const told = ({ body }: { body: unknown }): string => {
	const messages = (body as { messages?: { content?: unknown }[] }).messages ?? [];
	const content = messages.at(-1)?.content;
	return typeof content === 'string' && content.startsWith('do: ') ? content.slice(4) : '';
};

const UPSTREAM_KEY = 'sk-upstream-canary';

beforeAll(async () => {
	await freshDatabase();
	ollama = await startMockUpstream({ models: ['llama:latest', 'nomic:latest'] });
	openai = await startMockUpstream({ models: ['gpt-x', 'org/embed:1'], apiKey: UPSTREAM_KEY });
	for (const mock of [ollama, openai]) mock.behave(told);
	api = await startApi({
		OLLAMA_URL: ollama.url,
		EGRESS_ALLOW: '127.0.0.1',
		UPSTREAM_FIRST_BYTE_TIMEOUT_MS: '700',
		UPSTREAM_IDLE_TIMEOUT_MS: '700',
		LEDGER_FLUSH_MS: '20',
	});
	tenant = await addTenant(testConfig('api'));
	const created = await post('/api/v1/providers', {
		name: 'vllm',
		kind: 'openai-compatible',
		baseUrl: `${openai.url}/v1`,
		apiKey: UPSTREAM_KEY,
	});
	if (created.status !== 201) throw new Error(await created.text());
});
afterAll(async () => {
	await api?.stop();
	await Promise.all([ollama?.close(), openai?.close()]);
});
beforeEach(async () => {
	api.app.get(Targets).closeBreakers(); // each of these tests has upstreams of its own mood
	await asOwner('DELETE FROM usage_events');
});

const post = (
	path: string,
	body: unknown,
	headers: Record<string, string> = { authorization: `Bearer ${tenant.key}` },
): Promise<Response> =>
	fetch(api.url + path, {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...headers },
		body: typeof body === 'string' ? body : JSON.stringify(body),
	});
const read = async <T>(answer: Response | Promise<Response>): Promise<T> => (await (await answer).json()) as T;
type Failure = { error: { code: string; message: string } };
type Listed = { data: { id: string }[] };
type Vectors<V> = { data: { embedding: V }[] };
const get = (path: string): Promise<Response> => fetch(api.url + path, { headers: { 'x-api-key': tenant.key } });

/** The ledger once it holds `count` rows. */
const rows = (count = 1): Promise<Row[]> =>
	eventually(async () => {
		const found = await asOwner<Row>('SELECT * FROM usage_events ORDER BY occurred_at');
		return found.length >= count ? found : undefined;
	});

const dialects = {
	openai: {
		path: '/openai/v1/chat/completions',
		text: (body: string): string => JSON.parse(body).choices[0].message.content,
		streamed: (body: string): string =>
			body
				.split('\n\n')
				.filter((frame) => frame.startsWith('data: {'))
				.map((frame) => JSON.parse(frame.slice(6)).choices[0]?.delta.content ?? '')
				.join(''),
		end: 'data: [DONE]\n\n',
		failed: /data: \{"error":\{[^\n]*\}\n\n$/,
	},
	ollama: {
		path: '/api/chat',
		text: (body: string): string => JSON.parse(body).message.content,
		streamed: (body: string): string =>
			body
				.trimEnd()
				.split('\n')
				.map((line) => JSON.parse(line).message.content)
				.join(''),
		end: '\n',
		failed: /\n\{"error":"[^\n]*"\}\n$/,
	},
} as const;

const pairs = (['openai', 'ollama'] as const).flatMap((dialect) =>
	(['gpt-x', 'llama'] as const).map((model) => ({ dialect, model })),
);
const chat = (model: string, content: string, stream: boolean) => ({
	model,
	stream,
	messages: [{ role: 'user', content }],
});

describe.each(pairs)('$dialect client, $model', ({ dialect, model }) => {
	const { path, text, streamed, end, failed } = dialects[dialect];
	const words = Array.from({ length: 10 }, (_, n) => `w${n}`).join(' ');

	it('answers at once and as a stream, with the exact usage in one ledger row each', async () => {
		const whole = await post(path, chat(model, 'a b c', false));
		expect(whole.status).toBe(200);
		expect(whole.headers.get('content-type')).toMatch(/^application\/json/);
		expect(whole.headers.get('x-parallama-model')).toBe(model);
		expect(text(await whole.text()).trim()).toBe(words);
		const stream = await post(path, chat(model, 'a b c', true));
		const body = await stream.text();
		expect(streamed(body).trim()).toBe(words);
		expect(body.endsWith(end)).toBe(true);
		const ledger = await rows(2);
		expect(new Set(ledger.map((row) => row.is_streamed))).toEqual(new Set([false, true]));
		for (const row of ledger)
			expect(row).toMatchObject({
				status: 'ok',
				usage_source: 'provider',
				is_estimated: false,
				dialect,
				operation: 'chat',
				alias: model,
				input_tokens: '3',
				output_tokens: '10',
				organization_id: tenant.organizationId,
				key_id: tenant.keyRowId,
			});
	});

	it.each(['reset_at=3', 'fin_at=3', 'end_at=3', 'half_at=3', 'error_at=3', 'stall_at=3'])(
		'%s in a stream ends in an error frame',
		async (fault) => {
			const body = await (await post(path, chat(model, `do: ${fault}`, true))).text();
			expect(body).toMatch(failed);
			expect(body).not.toContain('[DONE]');
			const [row] = await rows();
			expect(row).toMatchObject({ status: 'interrupted', usage_source: 'estimated', is_estimated: true });
			expect(Math.abs(Number(row?.output_tokens) - 3)).toBeLessThanOrEqual(1);
		},
	);

	it.each([
		['status=500', 502],
		['status=401', 502],
		['status=429,retry_after=7', 429],
		['status=503', 503],
		['status=404', 404],
		['status=400', 400],
		['refuse', 502],
		['garbage', 502],
		['html', 502],
		['hang', 504],
		['redirect=1', 502],
	])('%s before the answer is %i in the shape of the dialect', async (fault, status) => {
		for (const stream of [false, true]) {
			api.app.get(Targets).closeBreakers();
			const answer = await post(path, chat(model, `do: ${fault}`, stream));
			expect([stream, answer.status]).toEqual([stream, status]);
			const body = await read<Failure>(answer);
			expect(typeof (dialect === 'openai' ? body.error.message : body.error)).toBe('string');
			expect(JSON.stringify(body)).not.toContain(UPSTREAM_KEY);
			if (status === 429) expect(answer.headers.get('retry-after')).toBe('7');
		}
		const ledger = await rows(2);
		expect(ledger).toHaveLength(2);
		for (const row of ledger) expect(row).toMatchObject({ status: 'error', usage_source: 'none', output_tokens: '0' });
	});

	it('a client that leaves ends the call upstream within a second, with one row', async () => {
		const mock = model === 'llama' ? ollama : openai;
		const before = mock.calls.length;
		const leaving = new AbortController();
		const answer = await fetch(api.url + path, {
			method: 'POST',
			headers: { authorization: `Bearer ${tenant.key}` },
			body: JSON.stringify(chat(model, 'do: chunks=1000,delay_ms=5', true)),
			signal: leaving.signal,
		});
		await answer.body?.getReader().read();
		const left = Date.now();
		leaving.abort();
		const call = await eventually(() => mock.calls.slice(before).find(({ state }) => state === 'aborted'));
		expect((call.abortedAt ?? 0) - left).toBeLessThan(1_000);
		const [row] = await rows();
		expect(row).toMatchObject({ status: 'interrupted', error_code: 'client_disconnected', usage_source: 'estimated' });
		expect(Math.abs(Number(row?.output_tokens) - call.sentTokens)).toBeLessThanOrEqual(
			Math.max(2, call.sentTokens * 0.05),
		);
	});
});

describe('usage', () => {
	it('asks for the usage of a stream without showing it to a client that did not', async () => {
		const silent = await (await post('/v1/chat/completions', chat('gpt-x', 'a', true))).text();
		expect(silent).not.toContain('"prompt_tokens"');
		expect(openai.calls.at(-1)?.body).toMatchObject({ stream_options: { include_usage: true } });
		const asked = await (
			await post('/v1/chat/completions', { ...chat('gpt-x', 'a', true), stream_options: { include_usage: true } })
		).text();
		expect(asked.match(/"prompt_tokens"/g)).toHaveLength(1);
		expect((await rows(2)).every((row) => row.usage_source === 'provider')).toBe(true);
	});

	it('is estimated and marked where the upstream reports none', async () => {
		await (await post('/v1/chat/completions', chat('gpt-x', 'do: no_usage', true))).text();
		const [row] = await rows();
		expect(row).toMatchObject({ status: 'ok', usage_source: 'estimated', is_estimated: true });
		expect(Number(row?.output_tokens)).toBeGreaterThan(0);
	});
});

describe('embeddings', () => {
	it.each(['nomic', 'org/embed:1'])('%s through both dialects', async (model) => {
		const ask = <V>(path: string, encoding: object) => read<V>(post(path, { model, input: ['a', 'b'], ...encoding }));
		const base64 = await ask<Vectors<string>>('/v1/embeddings', { encoding_format: 'base64' });
		const floats = await ask<Vectors<number[]>>('/openai/v1/embeddings', { encoding_format: 'float' });
		const expected = floats.data.map(({ embedding }) => embedding.map(Math.fround));
		const decoded = base64.data.map(({ embedding }) => [
			...new Float32Array(new Uint8Array(Buffer.from(embedding, 'base64')).buffer),
		]);
		expect(decoded).toEqual(expected);
		const native = await ask<{ embeddings: number[][] }>('/api/embed', {});
		expect(native.embeddings.map((vector) => vector.map(Math.fround))).toEqual(expected);
		expect((await rows(3)).map(({ operation, status }) => [operation, status])).toEqual(
			Array.from({ length: 3 }, () => ['embeddings', 'ok']),
		);
	});
});

describe('models', () => {
	it('are listed in each dialect, found by ids with slashes and colons, and unknown ones are 404', async () => {
		const list = await read<Listed>(get('/v1/models'));
		expect(list.data.map(({ id }) => id).toSorted()).toEqual(['gpt-x', 'llama:latest', 'nomic:latest', 'org/embed:1']);
		for (const id of ['org/embed:1', 'org%2Fembed:1', 'org%2Fembed%3A1'])
			expect((await read<{ id: string }>(get(`/openai/v1/models/${id}`))).id).toBe('org/embed:1');
		expect((await get('/v1/models/none')).status).toBe(404);
		const tags = await read<{ models: { name: string }[] }>(get('/ollama/api/tags'));
		expect(tags.models.map(({ name }) => name)).toContain('llama:latest');
		expect((await get('/api/version')).status).toBe(200);
		const unknown = await post('/v1/chat/completions', chat('nope', 'x', false));
		expect([unknown.status, (await read<Failure>(unknown)).error.code]).toEqual([404, 'model_not_found']);
	});

	it("of another organization's provider do not exist", async () => {
		const other = await addTenant(testConfig('api'));
		const answer = await post('/v1/chat/completions', chat('gpt-x', 'x', false), {
			authorization: `Bearer ${other.key}`,
		});
		expect(answer.status).toBe(404);
		const list = await read<Listed>(fetch(`${api.url}/v1/models`, { headers: { 'x-api-key': other.key } }));
		const ids = list.data.map(({ id }) => id);
		expect(ids.toSorted()).toEqual(['llama:latest', 'nomic:latest']);
	});
});

describe('bad input', () => {
	it.each([
		['', 'invalid_json'],
		['null', 'invalid_json'],
		['[]', 'invalid_json'],
		['{"model":"gpt-x"', 'invalid_json'],
		['{"model":"gpt-x","messages":[],"model":"llama"}', 'duplicate_field'],
		['{"model":"gpt-x","messages":[],"Model":"llama"}', 'duplicate_field'],
		['{"model":"gpt-x","messages":[],"api_base":"http://evil"}', 'forbidden_field'],
		['{"model":"gpt-x","messages":"hi"}', 'invalid_field'],
		['{"model":{"a":1},"messages":[]}', 'missing_model'],
		['{"messages":[]}', 'missing_model'],
		[`{"model":"gpt-x","messages":${'['.repeat(100)}${']'.repeat(100)}}`, 'too_deep'],
	])('%s is refused and costs nothing', async (body, code) => {
		const before = openai.calls.length;
		const answer = await post('/v1/chat/completions', body);
		expect([answer.status, (await read<Failure>(answer)).error.code]).toEqual([400, code]);
		const native = await post('/api/chat', body);
		expect([native.status, typeof (await read<Failure>(native)).error]).toEqual([400, 'string']);
		expect(openai.calls).toHaveLength(before);
		expect(await asOwner('SELECT 1 FROM usage_events')).toEqual([]);
	});

	it('text that PostgreSQL cannot hold is no obstacle', async () => {
		const odd = 'a\u0000b\uD800';
		const answer = await post('/v1/chat/completions', chat('gpt-x', odd, false), {
			authorization: `Bearer ${tenant.key}`,
			'x-request-id': 'req_12345678',
		});
		expect(answer.status).toBe(200);
		expect((await rows()).map((row) => row.status)).toEqual(['ok']);
		const unknown = await post('/v1/chat/completions', chat('\u0000', 'x', false));
		expect(unknown.status).toBe(404);
	});
});
