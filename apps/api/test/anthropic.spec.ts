import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { asOwner, eventually, fingerprint } from '#libs/testing';
import { ThreeProtocols, UPSTREAM_KEY } from './support/three-protocols.js';

/** The Anthropic dialect in front of each protocol, and the other dialects in front of an Anthropic upstream. */
const words = Array.from({ length: 10 }, (_, n) => `w${n}`).join(' ');

let all: ThreeProtocols;
beforeAll(async () => {
	all = await ThreeProtocols.start();
});
afterAll(() => all?.close());
beforeEach(() => all.reset());

const read = async <T>(answer: Response | Promise<Response>): Promise<T> => (await (await answer).json()) as T;

const say = (model: string, content: unknown, more: object = {}) => ({
	model,
	max_tokens: 512,
	messages: [{ role: 'user', content }],
	...more,
});

interface Event {
	readonly type: string;
	readonly index?: number;
	readonly message?: { usage: Record<string, number> };
	readonly delta?: { readonly text?: string; readonly partial_json?: string; readonly stop_reason?: string };
	readonly usage?: Record<string, unknown>;
	readonly error?: { type: string };
}
const events = (sse: string): Event[] =>
	sse
		.split('\n\n')
		.filter((frame) => frame.startsWith('event: '))
		.map((frame) => {
			const [name, data] = frame.split('\n');
			const event = JSON.parse(String(data).slice(6)) as Event;
			expect(name).toBe(`event: ${event.type}`);
			return event;
		});
const textOf = (stream: readonly Event[]): string => stream.map(({ delta }) => delta?.text ?? '').join('');

interface Row {
	readonly status: string;
	readonly error_code: string | null;
	readonly usage_source: string;
	readonly input_tokens: string;
	readonly output_tokens: string;
	readonly dialect: string;
	readonly operation: string;
}
const rows = (count = 1): Promise<Row[]> =>
	eventually(async () => {
		const found = await asOwner<Row>('SELECT * FROM usage_events WHERE request_id = ANY($1) ORDER BY occurred_at', [
			all.sent,
		]);
		return found.length >= count ? found : undefined;
	});

describe.each(['claude-x', 'gpt-x', 'llama'] as const)('Anthropic client, %s', (model) => {
	it.each(['/anthropic/v1/messages', '/v1/messages', '/v1/messages?beta=true'])('%s answers at once', async (path) => {
		const answer = await all.post(path, say(model, 'a b c'));
		expect([answer.status, answer.headers.get('x-parallama-model')]).toEqual([200, model]);
		expect(await answer.json()).toEqual({
			id: expect.stringMatching(/^msg_/),
			type: 'message',
			role: 'assistant',
			model: expect.any(String),
			content: [{ type: 'text', text: expect.stringContaining(words), citations: null }],
			stop_reason: 'end_turn',
			stop_sequence: null,
			stop_details: null,
			container: null,
			diagnostics: null,
			usage: {
				input_tokens: 3,
				output_tokens: 10,
				cache_creation_input_tokens: 0,
				cache_read_input_tokens: 0,
				cache_creation: null,
				output_tokens_details: null,
				server_tool_use: null,
				service_tier: 'standard',
				inference_geo: null,
				speed: null,
			},
		});
		expect(await rows()).toMatchObject([
			{ status: 'ok', usage_source: 'provider', dialect: 'anthropic', operation: 'chat', input_tokens: '3' },
		]);
	});

	it('streams blocks in order, with the usage at both ends', async () => {
		const answer = await all.post('/v1/messages', say(model, 'a b c', { stream: true }));
		expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
		const stream = events(await answer.text()).filter(({ type }) => type !== 'ping');
		expect(textOf(stream).trim()).toBe(words);
		expect(stream.map(({ type }) => type).filter((type) => type !== 'content_block_delta')).toEqual([
			'message_start',
			'content_block_start',
			'content_block_stop',
			'message_delta',
			'message_stop',
		]);
		expect(stream[0]?.message?.usage.input_tokens).toBeGreaterThan(0);
		expect(stream.at(-2)).toMatchObject({ delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 10 } });
		expect(await rows()).toMatchObject([
			{ status: 'ok', usage_source: 'provider', input_tokens: '3', output_tokens: '10' },
		]);
	});

	it.each(['reset_at=3', 'fin_at=3', 'end_at=3', 'half_at=3', 'error_at=3', 'stall_at=3'])(
		'%s in a stream ends in an error event',
		async (fault) => {
			const body = await (await all.post('/v1/messages', say(model, `do: ${fault}`, { stream: true }))).text();
			const stream = events(body);
			expect(stream.at(-1)).toMatchObject({ type: 'error', error: { type: expect.stringMatching(/_error$/) } });
			expect(body).not.toContain('message_stop');
			const [row] = await rows();
			expect(row?.status).toBe('interrupted');
			expect(Math.abs(Number(row?.output_tokens) - 3)).toBeLessThanOrEqual(1);
		},
	);

	it.each([
		['status=500', 502, 'api_error'],
		['status=401', 502, 'api_error'],
		['status=429,retry_after=7', 429, 'rate_limit_error'],
		['status=503', 529, 'overloaded_error'],
		['status=404', 404, 'not_found_error'],
		['status=400', 400, 'invalid_request_error'],
		['hang', 504, 'timeout_error'],
		['garbage', 502, 'api_error'],
	])('%s before the answer is %i %s', async (fault, status, type) => {
		for (const stream of [false, true]) {
			all.closeBreakers();
			const answer = await all.post('/v1/messages', say(model, `do: ${fault}`, { stream }));
			expect([stream, answer.status]).toEqual([stream, status]);
			expect(await answer.json()).toMatchObject({
				type: 'error',
				error: { type, message: expect.not.stringContaining(UPSTREAM_KEY) },
				request_id: answer.headers.get('request-id'),
			});
		}
	});

	it('calls tools, at once and streamed, and takes their results', async () => {
		const tools = [
			{
				name: 'weather',
				description: 'Tells it',
				input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
			},
		];
		const body = say(model, 'Rome', { tools });
		const whole = await read<{ content: { id: string; input: unknown }[]; stop_reason: string }>(
			all.post('/v1/messages', body),
		);
		expect(whole).toMatchObject({
			content: [{ type: 'tool_use', name: 'weather', input: { city: 'Rome' }, id: expect.any(String) }],
			stop_reason: 'tool_use',
		});
		const stream = events(await (await all.post('/v1/messages', { ...body, stream: true })).text());
		const json = stream.map(({ delta }) => delta?.partial_json ?? '').join('');
		expect(JSON.parse(json)).toMatchObject({ city: 'Rome' });
		const result = { type: 'tool_result', tool_use_id: whole.content[0]?.id, content: 'sunny', is_error: false };
		const next = await all.post('/v1/messages', {
			...body,
			messages: [...body.messages, { role: 'assistant', content: whole.content }, { role: 'user', content: [result] }],
		});
		expect(await next.json()).toMatchObject({ content: [{ type: 'text' }], stop_reason: 'end_turn' });
	});

	it('counts tokens: by the upstream, or labelled as an estimate, without a row in the ledger', async () => {
		const { max_tokens: _, ...prompt } = say(model, 'one two three');
		for (const path of ['/anthropic/v1/messages/count_tokens', '/v1/messages/count_tokens?beta=true']) {
			const answer = await all.post(path, prompt);
			expect(answer.status).toBe(200);
			const { input_tokens: tokens } = await read<{ input_tokens: number }>(answer);
			const estimate = answer.headers.get('x-parallama-estimate');
			if (model === 'claude-x') expect([tokens, estimate]).toEqual([3, null]);
			else expect([tokens > 0, estimate]).toEqual([true, 'true']);
		}
		await all.post('/v1/messages', say(model, 'a'));
		expect(await rows()).toHaveLength(1);
	});

	it('a client that leaves ends the call upstream', async () => {
		const mock = all.upstreamOf(model);
		const leaving = new AbortController();
		const body = say(model, 'do: chunks=1000,delay_ms=5', { stream: true, max_tokens: 9_999 });
		const answer = await all.post('/v1/messages', body, { signal: leaving.signal });
		await answer.body?.getReader().read();
		const left = Date.now();
		leaving.abort();
		const call = await eventually(() => mock.calls.find(({ state }) => state === 'aborted'));
		expect((call.abortedAt ?? 0) - left).toBeLessThan(1_000);
		const [row] = await rows();
		expect(row).toMatchObject({ status: 'interrupted', error_code: 'client_disconnected' });
		expect(Math.abs(Number(row?.output_tokens) - call.sentTokens)).toBeLessThanOrEqual(
			Math.max(2, call.sentTokens / 20),
		);
	});
});

describe('an Anthropic upstream', () => {
	it('sees the bytes of its own clients, their version and beta headers, and our credential', async () => {
		const body = { ...say('claude-x', 'x'), unknown: { kept: 1.0 }, temperature: 0.5 };
		await all.post('/v1/messages', body, {
			headers: { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'a-1,b-2' },
		});
		const [call] = all.claude.calls.filter(({ path }) => path === '/v1/messages');
		expect(call?.body).toEqual(body);
		expect(call?.headers).toMatchObject({
			'x-api-key': fingerprint(UPSTREAM_KEY),
			'anthropic-version': '2023-06-01',
			'anthropic-beta': 'a-1,b-2',
		});
		expect(JSON.stringify(call?.headers)).not.toContain(all.tenant.key);
	});

	it.each([
		['/openai/v1/chat/completions', { messages: [{ role: 'user', content: 'a b c' }] }],
		['/ollama/api/chat', { messages: [{ role: 'user', content: 'a b c' }], stream: false }],
	])('answers clients of %s', async (path, body) => {
		const text = await (await all.post(path, { model: 'claude-x', ...body })).text();
		expect(text).toContain(words);
		const streamed = await (await all.post(path, { model: 'claude-x', ...body, stream: true })).text();
		expect(streamed).toContain('w9');
		for (const row of await rows(2))
			expect(row).toMatchObject({ status: 'ok', usage_source: 'provider', input_tokens: '3', output_tokens: '10' });
		expect(all.claude.calls.filter(({ method }) => method === 'POST').map(({ body: sent }) => sent)).toMatchObject([
			{
				model: 'claude-x',
				max_tokens: 4_096,
				messages: [{ role: 'user', content: [{ type: 'text', text: 'a b c' }] }],
			},
			{ stream: true },
		]);
	});

	it('is asked as often as choices are wanted', async () => {
		const body = { model: 'claude-x', n: 2, messages: [{ role: 'user', content: 'a b c' }] };
		const answer = await read<{ choices: { index: number }[]; usage: object }>(all.post('/v1/chat/completions', body));
		expect(answer.choices.map(({ index }) => index)).toEqual([0, 1]);
		expect(answer.usage).toMatchObject({ prompt_tokens: 6, completion_tokens: 20 });
		expect(all.claude.calls.filter(({ path }) => path === '/v1/messages')).toHaveLength(2);
		expect(await rows()).toMatchObject([{ status: 'ok', input_tokens: '6', output_tokens: '20' }]);
	});

	it('leaves out what it has no word for, and says so, where an alias allows that', async () => {
		const { data } = await read<{ data: { items: { id: string; name: string }[] } }>(all.get('/api/v1/providers'));
		const providerId = data.items.find(({ name }) => name === 'claude')?.id;
		await all.post('/api/v1/aliases', {
			name: 'lenient',
			targets: [{ providerId, model: 'claude-x' }],
			allowDroppedParams: true,
		});
		const answer = await all.post('/v1/chat/completions', {
			model: 'lenient',
			seed: 1,
			temperature: 1.5,
			messages: [{ role: 'user', content: 'x' }],
		});
		expect([answer.status, answer.headers.get('x-parallama-dropped-params')]).toEqual([200, 'seed,temperature']);
		expect(all.claude.calls.at(-1)?.body).toMatchObject({ temperature: 1 });
	});

	it('tells its refusals and faults to clients of other dialects', async () => {
		const ask = (content: string) =>
			all.post('/v1/chat/completions', { model: 'claude-x', messages: [{ role: 'user', content }] });
		const refused = await all.post('/v1/chat/completions', {
			model: 'claude-x',
			seed: 1,
			messages: [{ role: 'user', content: 'x' }],
		});
		expect([refused.status, await read(refused)]).toMatchObject([
			400,
			{ error: { code: 'unsupported_parameter', param: 'seed' } },
		]);
		expect((await ask('do: status=529')).status).toBe(503);
		all.closeBreakers();
		expect((await ask('do: status=401')).status).toBe(502);
	});
});
