import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ActiveCalls } from '#libs/gateway';
import { eventually, type MockUpstream } from '#libs/testing';
import { callsOf, RoutingStage } from './support/routing-stage.js';

let stage: RoutingStage;
let one: MockUpstream;
let two: MockUpstream;

beforeAll(async () => {
	stage = await RoutingStage.open();
	one = await stage.addUpstream('one', 'm1');
	two = await stage.addUpstream('two', 'm2');
});
afterAll(() => stage?.close());
beforeEach(() => stage.reset());

describe('an upstream with one place', () => {
	beforeAll(async () => {
		await stage.addProvider('narrow', one, { settings: { maxConcurrency: 1, queueLimit: 4 } });
		await stage.addAlias('narrow', 'priority', [['narrow', 'm1']]);
	});

	it('takes one call after the other, and turns away those that do not fit its queue', async () => {
		const gate = Promise.withResolvers<string>();
		const before = callsOf(one);
		one.behave(() => gate.promise);
		const calls = Array.from({ length: 8 }, () => stage.chat('narrow'));
		const turnedAway: Response[] = [];
		for (const call of calls) void call.then((answer) => answer.status === 503 && turnedAway.push(answer));
		await eventually(() => (turnedAway.length === 3 ? true : undefined));
		expect(await turnedAway[0]?.json()).toMatchObject({ error: { code: 'upstream_busy' } });
		expect(callsOf(one) - before).toBe(1);
		gate.resolve('');
		const statuses = (await Promise.all(calls)).map(({ status }) => status);
		expect(statuses.filter((status) => status === 200)).toHaveLength(5);
	});

	it('is not kept by a client that left the queue', async () => {
		one.behave(() => 'chunks=20,delay_ms=20');
		const first = stage.chat('narrow');
		await eventually(() => one.calls.find(({ state }) => state === 'open'));
		const leaving = new AbortController();
		const waiting = stage.chat('narrow', {}, { signal: leaving.signal }).catch(() => undefined);
		await eventually(() => (stage.api.app.get(ActiveCalls).size === 2 ? true : undefined));
		leaving.abort();
		await waiting;
		expect((await first).status).toBe(200);
		one.behave(() => '');
		expect((await stage.chat('narrow')).status).toBe(200);
	});
});

describe('policies', () => {
	it('share by weight, and keep a caller at its upstream', async () => {
		await stage.addAlias('shared-out', 'weighted', [
			['one', 'm1', 9],
			['two', 'm2', 1],
		]);
		const providers = await Promise.all(
			Array.from({ length: 60 }, async () => (await stage.chat('shared-out')).headers.get('x-parallama-provider')),
		);
		expect(providers.filter((name) => name === 'one').length).toBeGreaterThan(40);
		await stage.addAlias(
			'loyal',
			'sticky',
			[
				['one', 'm1'],
				['two', 'm2'],
			],
			{ stickyBy: 'prompt_cache_key' },
		);
		for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
			const seen = await Promise.all(
				[stage.api, stage.twin, stage.api].map(async (at) =>
					(await stage.chat('loyal', { prompt_cache_key: key }, { at })).headers.get('x-parallama-provider'),
				),
			);
			expect(new Set(seen).size).toBe(1);
		}
	});

	it('prefer the Ollama node that has the model in memory', async () => {
		const cold = await stage.addUpstream('cold', 'llama', { kind: 'ollama' });
		await stage.addUpstream('warm', 'llama', { kind: 'ollama' });
		cold.behave(({ path }) => (path === '/api/ps' ? 'status=500' : ''));
		await stage.addAlias('anywhere', 'least_in_flight', [
			['cold', 'llama'],
			['warm', 'llama'],
		]);
		await eventually(async () => {
			const seen = await Promise.all(
				Array.from({ length: 8 }, async () => (await stage.chat('anywhere')).headers.get('x-parallama-provider')),
			);
			return seen.every((name) => name === 'warm') ? true : undefined;
		});
		const explained = await stage.post('/api/v1/models/route', { model: 'anywhere' });
		expect(await explained.json()).toMatchObject({
			data: { policy: 'least_in_flight', candidates: [{ provider: 'warm', isLoaded: true }, { provider: 'cold' }] },
		});
	});
});

describe('what an upstream lacks', () => {
	it('several choices are asked for one by one, and paid as one call', async () => {
		const plain = await stage.addUpstream('plain', 'llama', { kind: 'ollama' });
		await stage.addAlias('plain', 'priority', [['plain', 'llama']]);
		const before = plain.calls.filter(({ path }) => path === '/api/chat').length;
		const answer = await stage.chat('plain', { n: 3 });
		const body = (await answer.json()) as { choices: { index: number; message: { content: string } }[]; usage: object };
		expect(body.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
		for (const { message } of body.choices) expect(message.content).toContain('w9');
		expect(plain.calls.filter(({ path }) => path === '/api/chat').length - before).toBe(3);
		expect(body.usage).toMatchObject({ completion_tokens: 30 });
		expect((await stage.rows())[0]).toMatchObject({ output_tokens: '30', status: 'ok' });
		const streamed = await (await stage.chat('plain', { n: 2, stream: true })).text();
		const finished = [...streamed.matchAll(/"index":(\d),"delta":\{\},"logprobs":null,"finish_reason":"stop"/g)];
		expect(finished.map(([, index]) => index).toSorted((a, b) => Number(a) - Number(b))).toEqual(['0', '1']);
	});

	it('is refused by name, or left out and named where the alias allows that', async () => {
		const refused = await stage.chat('plain', { logit_bias: { 1: 1 } });
		expect([refused.status, await refused.json()]).toMatchObject([400, { error: { param: 'logit_bias' } }]);
		await stage.addAlias('lenient', 'priority', [['plain', 'llama']], { allowDroppedParams: true });
		const answer = await stage.chat('lenient', { logit_bias: { 1: 1 } });
		expect([answer.status, answer.headers.get('x-parallama-dropped-params')]).toEqual([200, 'logit_bias']);
		const allowed = await stage.patch('/api/v1/organizations/current', { allowDroppedParams: true });
		expect(await allowed.json()).toMatchObject({ data: { allowDroppedParams: true } });
		const named = await eventually(async () => {
			const dropped = await stage.chat('plain', { logit_bias: { 1: 1 }, messages: [{ role: 'user', content: 'x' }] });
			return dropped.headers.get('x-parallama-dropped-params') ?? undefined;
		});
		expect(named).toBe('logit_bias');
	});
});

it('an answer to a client that left is read to its end where the provider bills it anyway', async () => {
	await stage.addProvider('billed', two, { settings: { onDisconnect: 'drain' } });
	await stage.addAlias('billed', 'priority', [['billed', 'm2']]);
	two.behave(() => 'chunks=40,delay_ms=5');
	const leaving = new AbortController();
	const answer = await stage.chat('billed', { stream: true }, { signal: leaving.signal });
	await answer.body?.getReader().read();
	leaving.abort();
	expect((await stage.rows())[0]).toMatchObject({
		status: 'interrupted',
		error_code: 'client_disconnected',
		usage_source: 'provider',
		output_tokens: '40',
	});
});
