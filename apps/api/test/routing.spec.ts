import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ActiveCalls, Targets } from '#libs/gateway';
import { newId } from '#libs/kernel';
import { LedgerFlusher } from '#libs/metering';
import { Invalidations } from '#libs/redis';
import { asOwner, eventually, freshDatabase, type MockUpstream, startMockUpstream, testConfig } from '#libs/testing';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

interface Row {
	readonly status: string;
	readonly error_code: string | null;
	readonly attempts: number;
	readonly model: string;
	readonly alias: string;
	readonly provider_id: string;
	readonly usage_source: string;
	readonly input_tokens: string;
	readonly output_tokens: string;
}

const settings = { LEDGER_FLUSH_MS: '20', EGRESS_ALLOW: '127.0.0.1', UPSTREAM_FIRST_BYTE_TIMEOUT_MS: '400' };

let api: TestApi;
let twin: TestApi;
let one: MockUpstream;
let two: MockUpstream;
let nodes: MockUpstream[];
let tenant: Tenant;
const ids: Record<string, string> = {};

beforeAll(async () => {
	await freshDatabase();
	one = await startMockUpstream({ models: ['m1', 'shared'], idPrefix: 'one' });
	two = await startMockUpstream({ models: ['m2', 'shared'], idPrefix: 'two' });
	nodes = [one, two];
	api = await startApi(settings);
	twin = await startApi(settings);
	tenant = await addTenant(testConfig('api'));
	await addProvider('one', `${one.url}/v1`);
	await addProvider('two', `${two.url}/v1`);
});
afterAll(async () => {
	await Promise.all([api?.stop(), twin?.stop()]);
	await Promise.all(nodes.map((node) => node.close()));
});
beforeEach(async () => {
	for (const node of nodes) node.behave(() => '');
	await emptied();
});

/** Nothing is in the ledger, nor on its way there; nothing was learnt of the upstreams. */
async function emptied(): Promise<void> {
	for (const { app } of [api, twin]) {
		await app.get(LedgerFlusher).drain();
		app.get(Targets).closeBreakers();
	}
	await asOwner('DELETE FROM usage_events');
}

const post = (path: string, body: unknown, { at = api, signal }: { at?: TestApi; signal?: AbortSignal } = {}) =>
	fetch(at.url + path, {
		method: 'POST',
		headers: { authorization: `Bearer ${tenant.key}`, 'content-type': 'application/json' },
		body: JSON.stringify(body),
		...(signal === undefined ? {} : { signal }),
	});

async function addProvider(name: string, baseUrl: string, more: object = {}): Promise<string> {
	const answer = await post('/api/v1/providers', { name, kind: 'openai-compatible', baseUrl, apiKey: 'sk-1', ...more });
	const { data } = (await answer.json()) as { data: { id: string } };
	if (answer.status !== 201) throw new Error(`${name} was not made: ${answer.status}`);
	ids[name] = data.id;
	return data.id;
}

type Goal = readonly [provider: string, model: string, weight?: number];

/** A name for the calls of one test. */
async function addAlias(name: string, policy: string, goals: readonly Goal[], more: Record<string, unknown> = {}) {
	const id = newId();
	const { sticky_by = null, allow_dropped_params = false } = more;
	await asOwner(
		`INSERT INTO model_aliases (organization_id, id, name, policy, sticky_by, allow_dropped_params) VALUES ($1, $2, $3, $4, $5, $6)`,
		[tenant.organizationId, id, name, policy, sticky_by, allow_dropped_params],
	);
	for (const [position, [provider, model, weight = 1]] of goals.entries())
		await asOwner('INSERT INTO model_alias_targets VALUES ($1, $2, $3, $4, $5, $6, $7)', [
			tenant.organizationId,
			id,
			position,
			ids[provider],
			model,
			weight,
			position,
		]);
	await api.app.get(Invalidations).publish('aliases', tenant.organizationId);
	for (const at of [api, twin])
		await eventually(async () => ((await chat(name, {}, { at })).status === 200 ? true : undefined));
	await emptied();
}

const chat = (model: string, more: object = {}, options: Parameters<typeof post>[2] = {}): Promise<Response> =>
	post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'a b c' }], ...more }, options);

const rows = (count = 1): Promise<Row[]> =>
	eventually(async () => {
		const found = await asOwner<Row>('SELECT * FROM usage_events ORDER BY occurred_at');
		return found.length >= count ? found : undefined;
	});
const callsOf = (node: MockUpstream): number => node.calls.filter(({ path }) => path.endsWith('/completions')).length;

describe('an alias with a fallback', () => {
	beforeAll(() =>
		addAlias('safe', 'priority', [
			['one', 'm1'],
			['two', 'm2'],
		]),
	);

	it.each(['status=500', 'status=503', 'refuse', 'status=401', 'status=429', 'hang', 'status=404'])(
		'is answered by it after %s, in one row that names it',
		async (fault) => {
			one.behave(() => fault);
			const answer = await chat('safe', { stream: true });
			expect([answer.status, answer.headers.get('x-parallama-provider')]).toEqual([200, 'two']);
			expect(answer.headers.get('x-parallama-attempts')).toBe('2');
			expect(await answer.text()).toContain('w9');
			const ledger = await rows();
			expect(ledger).toHaveLength(1);
			expect(ledger[0]).toMatchObject({
				status: 'ok',
				attempts: 2,
				alias: 'safe',
				model: 'm2',
				provider_id: ids['two'],
				usage_source: 'provider',
			});
		},
	);

	it('is not retried when the caller is wrong, nor after the first byte', async () => {
		for (const [fault, status] of [
			['status=400', 400],
			['reset_at=1', 200],
		] as const) {
			one.behave(() => fault);
			const before = callsOf(one) + callsOf(two);
			const answer = await chat('safe', { stream: true });
			await answer.text();
			expect([fault, answer.status, callsOf(one) + callsOf(two) - before]).toEqual([fault, status, 1]);
		}
		expect((await rows(2)).map(({ status }) => status)).toEqual(['error', 'interrupted']);
	});

	it('serves every call while the first upstream is down, asks that one little, and finds it again', async () => {
		one.behave(() => 'status=500');
		const before = callsOf(one);
		const calls = 300;
		let ok = 0;
		for (let round = 0; round < calls / 10; round++) {
			const answers = await Promise.all(Array.from({ length: 10 }, () => chat('safe')));
			ok += answers.filter(({ status }) => status === 200).length;
		}
		const asked = callsOf(one) - before;
		console.info(`first upstream down: ${ok} of ${calls} calls answered, it was asked ${asked} times`);
		expect(ok).toBe(calls);
		expect(asked).toBeLessThanOrEqual(calls * 0.2 + 3);
		one.behave(() => '');
		const repaired = performance.now();
		await eventually(async () =>
			(await chat('safe')).headers.get('x-parallama-provider') === 'one' ? true : undefined,
		);
		const took = performance.now() - repaired;
		console.info(`found again after ${Math.round(took)} ms`);
		expect(took).toBeLessThan(10_000);
	});

	it('tells the other replica of an upstream that fails', async () => {
		expect((await chat('safe', {}, { at: twin })).headers.get('x-parallama-provider')).toBe('one');
		one.behave(() => 'status=500');
		for (let call = 0; call < 6; call++) await chat('safe');
		const before = callsOf(one);
		await eventually(async () => {
			const answer = await chat('safe', {}, { at: twin });
			return answer.headers.get('x-parallama-attempts') === '1' ? true : undefined;
		});
		expect(callsOf(one) - before).toBeLessThanOrEqual(2); // at most the message's way, and one try
	});
});

describe('one upstream alone', () => {
	it('is asked again when it fails at first', async () => {
		let failures = 2;
		one.behave(() => (failures-- > 0 ? 'status=503' : ''));
		const answer = await chat('m1');
		expect([answer.status, answer.headers.get('x-parallama-attempts')]).toEqual([200, '3']);
		expect((await rows())[0]).toMatchObject({ status: 'ok', attempts: 3 });
	});

	it('is asked little more often than there are calls, and refused quickly once it is known to fail', async () => {
		two.behave(() => 'status=500');
		const before = callsOf(two);
		const statuses: number[] = [];
		for (let call = 0; call < 50; call++) statuses.push((await chat('m2')).status);
		const asked = callsOf(two) - before;
		expect(asked).toBeLessThanOrEqual(50 * 1.2 + 3);
		expect(new Set(statuses)).toEqual(new Set([502, 503]));
		const refused = await chat('m2');
		expect(await refused.json()).toMatchObject({ error: { code: 'upstream_failing' } });
		expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
	});

	it('is passed the next credential when one is dead, and says so when all are', async () => {
		const guarded = await startMockUpstream({ models: ['g'], apiKey: 'sk-good' });
		nodes.push(guarded);
		const id = await addProvider('guarded', `${guarded.url}/v1`, { apiKey: 'sk-dead' });
		const added = await post(`/api/v1/providers/${id}/credentials`, {
			apiKey: 'sk-good',
			label: 'second',
			priority: 5,
		});
		expect(added.status).toBe(201);
		await addAlias('guarded', 'priority', [['guarded', 'g']]);
		const answer = await chat('guarded');
		expect([answer.status, answer.headers.get('x-parallama-attempts')]).toEqual([200, '2']);
		const later = await chat('guarded');
		expect([later.status, later.headers.get('x-parallama-attempts')]).toEqual([200, '1']);
		guarded.behave(() => 'status=401');
		for (let call = 0; call < 3; call++) {
			const dead = await chat('guarded');
			expect([dead.status, await dead.json()]).toMatchObject([
				502,
				{ error: { code: 'upstream_credentials_exhausted' } },
			]);
		}
	});
});

describe('an upstream with one place', () => {
	beforeAll(async () => {
		await addProvider('narrow', `${one.url}/v1`, { settings: { maxConcurrency: 1, queueLimit: 4 } });
		await addAlias('narrow', 'priority', [['narrow', 'm1']]);
	});

	it('takes one call after the other, and turns away those that do not fit its queue', async () => {
		one.behave(() => 'chunks=2,delay_ms=20');
		let most = 0;
		const watch = setInterval(() => {
			most = Math.max(most, one.calls.filter(({ state }) => state === 'open').length);
		}, 2);
		const answers = await Promise.all(Array.from({ length: 8 }, () => chat('narrow')));
		clearInterval(watch);
		const statuses = answers.map(({ status }) => status).toSorted();
		expect(statuses).toEqual([200, 200, 200, 200, 200, 503, 503, 503]);
		expect(await answers.find(({ status }) => status === 503)?.json()).toMatchObject({
			error: { code: 'upstream_busy' },
		});
		expect(most).toBe(1);
	});

	it('is not kept by a client that left the queue', async () => {
		one.behave(() => 'chunks=20,delay_ms=20');
		const first = chat('narrow');
		await eventually(() => one.calls.find(({ state }) => state === 'open'));
		const leaving = new AbortController();
		const waiting = chat('narrow', {}, { signal: leaving.signal }).catch(() => undefined);
		await eventually(() => (api.app.get(ActiveCalls).size === 2 ? true : undefined));
		leaving.abort();
		await waiting;
		expect((await first).status).toBe(200);
		one.behave(() => '');
		expect((await chat('narrow')).status).toBe(200);
	});
});

describe('policies', () => {
	it('share by weight, and keep a caller at its upstream', async () => {
		await addAlias('shared-out', 'weighted', [
			['one', 'm1', 9],
			['two', 'm2', 1],
		]);
		const providers = await Promise.all(
			Array.from({ length: 60 }, async () => (await chat('shared-out')).headers.get('x-parallama-provider')),
		);
		expect(providers.filter((name) => name === 'one').length).toBeGreaterThan(40);
		await addAlias(
			'loyal',
			'sticky',
			[
				['one', 'm1'],
				['two', 'm2'],
			],
			{ sticky_by: 'prompt_cache_key' },
		);
		for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
			const seen = await Promise.all(
				[api, twin, api].map(async (at) =>
					(await chat('loyal', { prompt_cache_key: key }, { at })).headers.get('x-parallama-provider'),
				),
			);
			expect(new Set(seen).size).toBe(1);
		}
	});

	it('prefer the Ollama node that has the model in memory', async () => {
		const cold = await startMockUpstream({ models: ['llama'], idPrefix: 'cold' });
		const warm = await startMockUpstream({ models: ['llama'], idPrefix: 'warm' });
		nodes.push(cold, warm);
		cold.behave(({ path }) => (path === '/api/ps' ? 'status=500' : ''));
		for (const [name, { url }] of [
			['cold', cold],
			['warm', warm],
		] as const)
			await addProvider(name, url, { kind: 'ollama' });
		await addAlias('anywhere', 'least_in_flight', [
			['cold', 'llama'],
			['warm', 'llama'],
		]);
		await eventually(async () => {
			const seen = await Promise.all(
				Array.from({ length: 8 }, async () => (await chat('anywhere')).headers.get('x-parallama-provider')),
			);
			return seen.every((name) => name === 'warm') ? true : undefined;
		});
	});
});

describe('what an upstream lacks', () => {
	it('several choices are asked for one by one, and paid as one call', async () => {
		const plain = await startMockUpstream({ models: ['llama'], idPrefix: 'plain' });
		nodes.push(plain);
		await addProvider('plain', plain.url, { kind: 'ollama' });
		await addAlias('plain', 'priority', [['plain', 'llama']]);
		const before = plain.calls.filter(({ path }) => path === '/api/chat').length;
		const answer = await chat('plain', { n: 3 });
		const body = (await answer.json()) as { choices: { index: number; message: { content: string } }[]; usage: object };
		expect(body.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
		for (const { message } of body.choices) expect(message.content).toContain('w9');
		expect(plain.calls.filter(({ path }) => path === '/api/chat').length - before).toBe(3);
		expect(body.usage).toMatchObject({ completion_tokens: 30 });
		expect((await rows())[0]).toMatchObject({ output_tokens: '30', status: 'ok' });
		const streamed = await (await chat('plain', { n: 2, stream: true })).text();
		const finished = [...streamed.matchAll(/"index":(\d),"delta":\{\},"logprobs":null,"finish_reason":"stop"/g)];
		expect(finished.map(([, index]) => index).toSorted()).toEqual(['0', '1']);
	});

	it('is refused by name, or left out and named where the alias allows that', async () => {
		const refused = await chat('plain', { logit_bias: { 1: 1 } });
		expect([refused.status, await refused.json()]).toMatchObject([400, { error: { param: 'logit_bias' } }]);
		await addAlias('lenient', 'priority', [['plain', 'llama']], { allow_dropped_params: true });
		const answer = await chat('lenient', { logit_bias: { 1: 1 } });
		expect([answer.status, answer.headers.get('x-parallama-dropped-params')]).toEqual([200, 'logit_bias']);
	});
});

it('an answer to a client that left is read to its end where the provider bills it anyway', async () => {
	await addProvider('billed', `${two.url}/v1`, { settings: { onDisconnect: 'drain' } });
	await addAlias('billed', 'priority', [['billed', 'm2']]);
	two.behave(() => 'chunks=40,delay_ms=5');
	const leaving = new AbortController();
	const answer = await chat('billed', { stream: true }, { signal: leaving.signal });
	await answer.body?.getReader().read();
	leaving.abort();
	expect((await rows())[0]).toMatchObject({
		status: 'interrupted',
		error_code: 'client_disconnected',
		usage_source: 'provider',
		output_tokens: '40',
	});
});
