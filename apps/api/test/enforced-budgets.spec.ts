import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { testConfig } from '#libs/testing';
import { askApi } from './support/ask-api.js';
import { addMember, type Tenant } from './support/tenants.js';
import { ThreeProtocols } from './support/three-protocols.js';

let all: ThreeProtocols;
beforeAll(async () => {
	all = await ThreeProtocols.start();
	for (const model of ['gpt-x', 'claude-x', 'llama:latest']) {
		const rates = { inputNanoUsd: '1000000', outputNanoUsd: '1000000000' }; // a micro-USD for each token of the answer
		const price = { model, validFrom: '2020-01-01T00:00:00.000Z', rates };
		const { status, text } = await askApi(all.api, all.tenant, ['POST', '/prices', price]);
		if (status !== 201) throw new Error(text);
	}
});
beforeEach(() => all.reset());
afterAll(() => all?.close());

/** Somebody who may spend so much a month. */
async function somebody(microUsd: number, more: object = {}): Promise<Tenant> {
	const member = await addMember(testConfig('api'), all.tenant, 'owner');
	const amount = { amountNanoUsd: `${microUsd * 1_000}`, period: 'month', action: 'block' };
	const body = { attachment: 'user', attachmentId: member.userId, ...amount, ...more };
	const { status, text } = await askApi(all.api, all.tenant, ['POST', '/budgets', body]);
	if (status !== 201) throw new Error(text);
	return member;
}
const post = (by: Tenant, path: string, body: object) => all.post(path, body, { headers: { 'x-api-key': by.key } });
/** Not counting questions about models. */
const askedUpstreams = () =>
	[all.claude, all.openai, all.ollama]
		.flatMap(({ calls }) => calls)
		.filter(({ method, path }) => method === 'POST' && path !== '/api/show').length;
const messages = [{ role: 'user', content: 'Hello' }];

const shapes: readonly (readonly [path: string, body: object, status: number, answer: object])[] = [
	[
		'/v1/chat/completions',
		{ model: 'gpt-x', messages, max_tokens: 500 },
		429,
		{ error: { type: 'insufficient_quota', code: 'insufficient_quota' } },
	],
	[
		'/v1/responses',
		{ model: 'gpt-x', input: 'Hello', stream: true },
		429,
		{ error: { type: 'insufficient_quota', code: 'insufficient_quota' } },
	],
	[
		'/v1/messages',
		{ model: 'claude-x', messages, max_tokens: 500, stream: true },
		402,
		{ type: 'error', error: { type: 'billing_error' } },
	],
	['/api/chat', { model: 'llama', messages }, 429, { error: expect.stringContaining('budget of the user') }],
];

it.each(shapes)(
	'%s %j is refused in its shape when the budget cannot pay it, and not to be tried again',
	async (...of) => {
		const [path, body, status, expected] = of;
		const caller = await somebody(400);
		const before = askedUpstreams();
		const refused = await post(caller, path, body);
		expect(refused.status).toBe(status);
		expect(await refused.json()).toMatchObject(expected);
		expect(refused.headers.get('retry-after')).toBeNull();
		if (!path.startsWith('/api/')) expect(refused.headers.get('x-should-retry')).toBe('false');
		expect(askedUpstreams()).toBe(before);
	},
);

it('refusals are counted, by whose budget it was', async () => {
	const refusals = async (): Promise<number> =>
		Number(
			/^parallama_budget_refusals_total\{subject="user",.*\} (\d+)$/m.exec(await all.api.telemetry.metrics.text())?.[1],
		);
	const caller = await somebody(400);
	const before = await refusals();
	await post(caller, '/v1/chat/completions', { model: 'gpt-x', messages, max_tokens: 500 });
	expect(await refusals()).toBe(before + 1);
});

it('what multiplies the answer is refused before an upstream is asked, what fits goes through', async () => {
	const caller = await somebody(5_000);
	const chat = { model: 'gpt-x', messages, max_tokens: 50 };
	const before = askedUpstreams();
	for (const more of [{ n: 101 }, { max_tokens: 1_000_000 }, { max_tokens: undefined, n: 2 }])
		expect((await post(caller, '/v1/chat/completions', { ...chat, ...more })).status).toBe(429);
	const many = { model: 'gpt-x', prompt: 'Hello', max_tokens: 50, best_of: 101 };
	expect((await post(caller, '/v1/completions', many)).status).toBe(429);
	expect(askedUpstreams()).toBe(before);
	expect((await post(caller, '/v1/chat/completions', chat)).status).toBe(200);
});

it('a prompt can be too dear as well', async () => {
	const caller = await somebody(1_000);
	const long = [{ role: 'user', content: 'x'.repeat(3_100_000) }];
	expect((await post(caller, '/v1/chat/completions', { model: 'gpt-x', messages: long, max_tokens: 1 })).status).toBe(
		429,
	);
});

it('a model without a price is refused under a budget, and its tokens can be counted', async () => {
	const caller = await somebody(1_000_000);
	const refused = await post(caller, '/v1/messages', { model: 'ns/claude:1', messages, max_tokens: 5 });
	expect([refused.status, refused.headers.get('x-should-retry')]).toEqual([403, 'false']);
	expect(await refused.json()).toMatchObject({ error: { type: 'permission_error', code: 'model_without_price' } });
	expect((await post(caller, '/v1/messages/count_tokens', { model: 'ns/claude:1', messages })).status).toBe(200);
});

it('a budget that only warns refuses nothing', async () => {
	const caller = await somebody(0, { action: 'warn' });
	expect((await post(caller, '/v1/chat/completions', { model: 'gpt-x', messages })).status).toBe(200);
});
