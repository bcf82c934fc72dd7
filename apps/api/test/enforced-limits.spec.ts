import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testConfig } from '#libs/testing';
import { askApi } from './support/ask-api.js';
import { addMember, type Tenant } from './support/tenants.js';
import { ThreeProtocols } from './support/three-protocols.js';

let all: ThreeProtocols;
beforeAll(async () => {
	all = await ThreeProtocols.start();
});
beforeEach(() => all.reset());
afterAll(() => all?.close());

const messages = [{ role: 'user', content: 'Hello' }];
const chat = { model: 'gpt-x', messages, max_tokens: 50 };

/** Somebody whose calls are bound by these limits alone. */
async function somebody(...limits: readonly object[]): Promise<Tenant> {
	const member = await addMember(testConfig('api'), all.tenant, 'owner');
	for (const limit of limits) {
		const body = { attachment: 'user', attachmentId: member.userId, metric: 'requests', window: 'minute', ...limit };
		const { status, text } = await askApi(all.api, all.tenant, ['POST', '/limits', body]);
		if (status !== 201) throw new Error(text);
	}
	return member;
}
const post = (by: Tenant, path: string, body: object) => all.post(path, body, { headers: { 'x-api-key': by.key } });
/** Not counting questions about models. */
const askedUpstreams = () =>
	[all.claude, all.openai, all.ollama]
		.flatMap(({ calls }) => calls)
		.filter(({ method, path }) => method === 'POST' && path !== '/api/show').length;

const routes: readonly (readonly [path: string, body: object])[] = [
	['/v1/chat/completions', chat],
	['/v1/chat/completions', { ...chat, stream: true }],
	['/openai/v1/completions', { model: 'gpt-x', prompt: 'Hello', max_tokens: 5 }],
	['/v1/responses', { model: 'gpt-x', input: 'Hello' }],
	['/v1/responses', { model: 'gpt-x', input: 'Hello', stream: true }],
	['/v1/responses/input_tokens', { model: 'gpt-x', input: 'Hello' }],
	['/v1/embeddings', { model: 'gpt-x', input: 'Hello' }],
	['/v1/messages', { ...chat, model: 'claude-x' }],
	['/v1/messages', { ...chat, model: 'claude-x', stream: true }],
	['/v1/messages/count_tokens', { model: 'claude-x', messages }],
	['/api/chat', { model: 'llama', messages, stream: false }],
	['/api/chat', { model: 'llama', messages }],
	['/api/generate', { model: 'llama', prompt: 'Hello' }],
	['/api/embed', { model: 'llama', input: 'Hello' }],
];
const names = (path: string) =>
	path.startsWith('/v1/messages')
		? [
				'anthropic-ratelimit-requests-limit',
				'anthropic-ratelimit-requests-remaining',
				'anthropic-ratelimit-requests-reset',
			]
		: ['x-ratelimit-limit-requests', 'x-ratelimit-remaining-requests', 'x-ratelimit-reset-requests'];

describe.each(routes)('%s %j', (path, body) => {
	it('says what is left, and refuses in the shape of its dialect before anything reaches an upstream', async () => {
		const caller = await somebody({ max: 2 }, { metric: 'concurrency', window: null, max: 9 });
		const [limit, remaining, reset] = names(path) as [string, string, string];
		for (const left of ['1', '0']) {
			const { status, headers, ...answer } = await post(caller, path, body);
			expect([status, headers.get(limit), headers.get(remaining)]).toEqual([200, '2', left]);
			expect([headers.get('x-ratelimit-scope'), headers.has(reset)]).toEqual(['user', true]);
			await (answer as unknown as Response).text?.();
		}
		const before = askedUpstreams();
		const refused = await post(caller, path, body);
		const answer = (await refused.json()) as { error: { code: string; type: string } | string };
		expect(refused.status).toBe(429);
		expect(refused.headers.get(remaining)).toBe('0');
		expect(refused.headers.get('x-ratelimit-scope')).toBe('user');
		expect(refused.headers.has('x-should-retry')).toBe(false);
		expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
		expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(61);
		const said = 'The limit of 2 requests per minute of the user is reached';
		if (path.startsWith('/api/')) expect(answer).toEqual({ error: said });
		else {
			const type = path.startsWith('/v1/messages') ? 'rate_limit_error' : 'requests';
			expect(answer.error).toMatchObject({ type, message: said, code: 'rate_limit_exceeded' });
		}
		expect(askedUpstreams()).toBe(before);
	});
});

describe('what was decided', () => {
	it('is counted once for each kind of limit that bound the call', async () => {
		const counted = async (): Promise<number[]> => {
			const text = await all.api.telemetry.metrics.text();
			const value = (limiter: string, decision: string) =>
				Number(
					new RegExp(
						`^parallama_limiter_decisions_total\\{limiter="${limiter}",decision="${decision}",.*\\} (\\d+)$`,
						'm',
					).exec(text)?.[1],
				);
			return ['requests allowed', 'requests refused', 'total_tokens allowed', 'concurrency allowed'].map((pair) => {
				const [limiter = '', decision = ''] = pair.split(' ');
				return value(limiter, decision);
			});
		};
		const caller = await somebody({ max: 1 }, { metric: 'total_tokens', window: 'day', max: 9_000 });
		const before = await counted();
		await (await post(caller, '/v1/chat/completions', chat)).text();
		await (await post(caller, '/v1/chat/completions', chat)).text();
		const after = await counted();
		expect(after.map((count, at) => count - (before[at] ?? 0))).toEqual([1, 1, 1, 0]);
	});
});

describe('limits of tokens', () => {
	it('are told after the reservation, and a call above them is not to be tried again', async () => {
		const caller = await somebody({ metric: 'total_tokens', window: 'day', max: 1_000 });
		const { headers } = await post(caller, '/v1/chat/completions', chat);
		expect(headers.get('x-ratelimit-limit-tokens')).toBe('1000');
		expect(Number(headers.get('x-ratelimit-remaining-tokens'))).toBeLessThan(950);
		expect(headers.get('x-ratelimit-reset-tokens')).toMatch(/^24h11m15s$/);
		const above = await post(caller, '/v1/chat/completions', { ...chat, max_tokens: 5_000 });
		expect([above.status, above.headers.get('x-should-retry'), above.headers.get('retry-after')]).toEqual([
			429,
			'false',
			null,
		]);
		expect(await above.json()).toMatchObject({ error: { type: 'tokens', code: 'rate_limit_exceeded' } });
	});

	it('refuse what multiplies the answer', async () => {
		const caller = await somebody({ metric: 'output_tokens', window: 'hour', max: 4_999 });
		const before = askedUpstreams();
		expect((await post(caller, '/v1/chat/completions', { ...chat, n: 100 })).status).toBe(429);
		const many = { model: 'gpt-x', prompt: 'Hello', max_tokens: 50, best_of: 100 };
		expect((await post(caller, '/v1/completions', many)).status).toBe(429);
		expect((await post(caller, '/v1/chat/completions', { model: 'gpt-x', messages, n: 100 })).status).toBe(429);
		expect(askedUpstreams()).toBe(before);
	});
});

describe('a limit about a model', () => {
	it('is named as such, binds that model by any dialect, and no other', async () => {
		const caller = await somebody({ model: 'gpt-*', max: 1 });
		expect((await post(caller, '/v1/chat/completions', chat)).headers.get('x-ratelimit-scope')).toBe('model');
		expect((await post(caller, '/v1/messages', { ...chat, model: 'gpt-x' })).status).toBe(429);
		expect((await post(caller, '/v1/messages', { ...chat, model: 'claude-x' })).status).toBe(200);
	});
});

describe('the template of a role', () => {
	it('counts without anybody having set anything', async () => {
		const basic = await addMember(testConfig('api'), all.tenant, 'basic');
		const { headers } = await post(basic, '/v1/chat/completions', chat);
		expect(headers.get('x-ratelimit-limit-requests')).toBe('60');
	});
});

describe('a revoked key', () => {
	it('is refused at once where tokens are counted, too', async () => {
		const caller = await somebody({ max: 100 });
		const count = () => post(caller, '/v1/messages/count_tokens', { model: 'claude-x', messages });
		expect((await count()).status).toBe(200);
		await askApi(all.api, all.tenant, ['DELETE', `/keys/${caller.keyRowId}`]);
		expect((await count()).status).toBe(401);
	});
});
