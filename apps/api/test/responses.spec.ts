import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Targets } from '#libs/gateway';
import { asOwner, eventually, freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

interface Row {
	readonly status: string;
	readonly operation: string;
	readonly usage_source: string;
	readonly input_tokens: string;
	readonly output_tokens: string;
}

let api: TestApi;
let openai: MockUpstream;
let ollama: MockUpstream;
let tenant: Tenant;

beforeAll(async () => {
	await freshDatabase();
	openai = await startMockUpstream({ models: ['gpt-x'] });
	ollama = await startMockUpstream({ models: ['llama:latest'] });
	api = await startApi({
		OLLAMA_URL: ollama.url,
		EGRESS_ALLOW: '127.0.0.1',
		UPSTREAM_IDLE_TIMEOUT_MS: '700',
		LEDGER_FLUSH_MS: '20',
	});
	tenant = await addTenant(testConfig('api'));
	const provider = { name: 'openai', kind: 'openai', baseUrl: `${openai.url}/v1`, apiKey: 'sk-mock' };
	const created = await post('/api/v1/providers', provider);
	if (created.status !== 201) throw new Error(await created.text());
});
afterAll(async () => {
	await api?.stop();
	await Promise.all([openai?.close(), ollama?.close()]);
});
beforeEach(() => {
	api.app.get(Targets).closeBreakers(); // each of these tests has upstreams of its own mood
	tests++;
});
afterEach(() => {
	for (const mock of [openai, ollama]) mock.behave();
});

/** Of each test and request its own, so that late rows of one test are none of the next. */
const markOf = (test: number): string => `test-${test}-`;
let tests = 0;
let requests = 0;

const post = (path: string, body: unknown): Promise<Response> =>
	fetch(api.url + path, {
		method: 'POST',
		headers: {
			'content-type': 'application/json',
			authorization: `Bearer ${tenant.key}`,
			'x-request-id': `${markOf(tests)}${requests++}`.padEnd(8, '0'),
		},
		body: JSON.stringify(body),
	});
/** What the ledger holds of this test, once that are `count` rows. */
const rows = (count = 1): Promise<Row[]> =>
	eventually(async () => {
		const found = await asOwner<Row>('SELECT * FROM usage_events WHERE request_id LIKE $1', [`${markOf(tests)}%`]);
		return found.length >= count ? found : undefined;
	});
const codeOf = async (answer: Promise<Response>) => {
	const { status } = await answer;
	const { error } = (await (await answer).json()) as { error: { code: string; param: string | null } };
	return [status, error.code, error.param];
};
const eventsOf = (body: string) =>
	body
		.split('\n\n')
		.filter((frame) => frame.startsWith('event: '))
		.map((frame) => JSON.parse(frame.slice(frame.indexOf('data: ') + 6)) as Record<string, unknown>);

describe.each([
	['gpt-x', () => openai],
	['llama', () => ollama],
] as const)('responses of %s', (model, mock) => {
	it('have the exact usage in one ledger row each, also when incomplete', async () => {
		await (await post('/v1/responses', { model, input: 'a b c' })).text();
		await (await post('/openai/v1/responses', { model, input: 'a b c', stream: true })).text();
		await (await post('/v1/responses', { model, input: 'a b c', stream: true, max_output_tokens: 4 })).text();
		const ledger = await rows(3);
		for (const row of ledger)
			expect(row).toMatchObject({
				status: 'ok',
				operation: 'responses',
				usage_source: 'provider',
				input_tokens: '3',
			});
		expect(ledger.map((row) => row.output_tokens).toSorted()).toEqual(['10', '10', '4']);
	});

	it.each(['reset_at=3', 'fin_at=3', 'end_at=3', 'half_at=3', 'error_at=3', 'stall_at=3'])(
		'%s ends in an error and a failed response, numbered on',
		async (fault) => {
			mock().behave(() => fault);
			const answer = await post('/v1/responses', { model, input: 'a', stream: true });
			const events = eventsOf(await answer.text());
			expect([answer.status, ...events.slice(-2).map(({ type }) => type)]).toEqual([200, 'error', 'response.failed']);
			const [created] = events;
			const failed = events.at(-1)?.response as Record<string, unknown>;
			expect(failed).toMatchObject({ status: 'failed', error: { code: 'server_error' } });
			expect(created?.response).toMatchObject({ id: failed.id });
			if (fault !== 'error_at=3' || model === 'llama')
				expect(events.map(({ sequence_number: n }) => n)).toEqual(events.map((_, at) => at));
			const [row] = await rows();
			expect(row).toMatchObject({ status: 'interrupted', usage_source: 'estimated' });
			expect(Math.abs(Number(row?.output_tokens) - 3)).toBeLessThanOrEqual(1);
		},
	);

	it.each([
		[{ previous_response_id: 'resp_1' }, 'previous_response_id'],
		[{ conversation: 'conv_1' }, 'conversation'],
		[{ background: true }, 'background'],
		[{ input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input.0.type'],
	])('%j is refused by name before anything is sent', async (more, param) => {
		const before = mock().calls.length;
		expect(await codeOf(post('/v1/responses', { model, input: 'a', ...more }))).toEqual([
			400,
			'unsupported_parameter',
			param,
		]);
		expect(mock().calls).toHaveLength(before);
	});

	it('say how many tokens the input has, about, and cost nothing for it', async () => {
		const before = mock().calls.length;
		const answer = await post('/openai/v1/responses/input_tokens', { model, input: 'x'.repeat(30) });
		expect(answer.headers.get('x-parallama-estimate')).toBe('true');
		expect(await answer.json()).toEqual({ object: 'response.input_tokens', input_tokens: 10 });
		expect(
			mock()
				.calls.slice(before)
				.filter(({ path }) => !/models|tags/.test(path)),
		).toEqual([]);
		expect(await codeOf(post('/v1/responses/input_tokens', { model: 'none', input: 'x' }))).toEqual([
			404,
			'model_not_found',
			'model',
		]);
	});
});

describe('an OpenAI upstream', () => {
	it('gets the bytes of the client, with nothing to store', async () => {
		const asked = { model: 'gpt-x', input: 'a', store: true, some_new_field: { a: [1] } };
		const answer = await (await post('/v1/responses', asked)).text();
		const call = openai.calls.at(-1);
		expect(call?.path).toBe('/v1/responses');
		expect(call?.body).toEqual({ ...asked, store: false });
		expect(answer).toContain(`"id":"resp_${call?.id}"`);
		await (await post('/v1/responses', { model: 'gpt-x', input: 'a' })).text();
		expect(openai.calls.at(-1)?.body).toEqual({ model: 'gpt-x', store: false, input: 'a' });
	});
});

describe('completions', () => {
	it.each([
		['gpt-x', '/v1/completions'],
		['llama', '/api/chat'],
	])('of %s go to %s, with the usage in the ledger and in the stream of who asked', async (model, path) => {
		const asked = { model, prompt: 'a b c', stream: true };
		const silent = await (await post('/v1/completions', asked)).text();
		expect(silent).toContain('"object":"text_completion"');
		expect([silent.includes('"prompt_tokens"'), silent.endsWith('data: [DONE]\n\n')]).toEqual([false, true]);
		const told = await (await post('/v1/completions', { ...asked, stream_options: { include_usage: true } })).text();
		expect(told.match(/"prompt_tokens"/g)).toHaveLength(1);
		expect(told).toContain('"choices":[],"usage":{');
		expect((model === 'llama' ? ollama : openai).calls.at(-1)?.path).toBe(path);
		for (const row of await rows(2))
			expect(row).toMatchObject({ operation: 'completions', usage_source: 'provider', output_tokens: '10' });
	});

	it.each([
		[{ suffix: 'end' }, 'suffix'],
		[{ echo: true }, 'echo'],
		[{ best_of: 3 }, 'best_of'],
		[{ prompt: ['a', 'b'] }, 'prompt'],
		[{ prompt: [1, 2] }, 'prompt'],
	])('with %j are refused by name across protocols, and pass to OpenAI', async (more, param) => {
		const asked = { prompt: 'a', ...more };
		expect(await codeOf(post('/v1/completions', { model: 'llama', ...asked }))).toEqual([
			400,
			'unsupported_parameter',
			param,
		]);
		expect((await post('/v1/completions', { model: 'gpt-x', ...asked })).status).toBe(200);
		expect(openai.calls.at(-1)?.body).toEqual({ model: 'gpt-x', ...asked });
	});
});

describe('moderations', () => {
	it('are judged here: no upstream is called, and no call is in the ledger', async () => {
		const before = openai.calls.length + ollama.calls.length;
		const answer = await post('/v1/moderations', { input: 'I want to kill you' });
		expect(await answer.json()).toMatchObject({
			model: 'parallama-moderation-local',
			results: [{ flagged: true, categories: { 'harassment/threatening': true, sexual: false } }],
		});
		await (await post('/v1/completions', { model: 'gpt-x', prompt: 'a' })).text();
		expect((await rows()).map(({ operation }) => operation)).toEqual(['completions']);
		expect(openai.calls.length + ollama.calls.length).toBe(before + 1);
		expect(await codeOf(post('/openai/v1/moderations', { input: 7 }))).toEqual([400, 'invalid_field', 'input']);
	});
});

describe('what is not served', () => {
	it.each([
		['GET', '/v1/responses/resp_1'],
		['DELETE', '/openai/v1/responses/resp_1'],
		['POST', '/v1/responses/resp_1/cancel'],
		['GET', '/v1/responses/resp_1/input_items'],
		['POST', '/v1/conversations'],
		['POST', '/v1/images/generations'],
		['GET', '/openai/v1/chat/completions/c1'],
		['POST', '/v1/graders/run'],
	])('%s %s is 404 unsupported_endpoint', async (method, path) => {
		const headers = { authorization: `Bearer ${tenant.key}` };
		const answer = await fetch(api.url + path, { method, headers });
		expect(answer.headers.get('x-should-retry')).toBe('false');
		expect(await codeOf(Promise.resolve(answer))).toEqual([404, 'unsupported_endpoint', null]);
	});
});
