import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
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

describe('an alias with a fallback', () => {
	beforeAll(() =>
		stage.addAlias('safe', 'priority', [
			['one', 'm1'],
			['two', 'm2'],
		]),
	);

	it.each(['status=500', 'status=503', 'refuse', 'status=401', 'status=429', 'hang', 'status=404'])(
		'is answered by it after %s, in one row that names it',
		async (fault) => {
			one.behave(() => fault);
			const answer = await stage.chat('safe', { stream: true });
			expect([answer.status, answer.headers.get('x-parallama-provider')]).toEqual([200, 'two']);
			expect(answer.headers.get('x-parallama-attempts')).toBe('2');
			expect(await answer.text()).toContain('w9');
			const ledger = await stage.rows();
			expect(ledger).toHaveLength(1);
			expect(ledger[0]).toMatchObject({
				status: 'ok',
				attempts: 2,
				alias: 'safe',
				model: 'm2',
				provider_id: stage.id('two'),
				usage_source: 'provider',
				vendor: 'openai-compatible',
				details: {
					failures: [
						{
							providerId: stage.id('one'),
							model: 'm1',
							ms: expect.any(Number),
							errorCode: expect.stringMatching(/^[a-z_]+$/),
						},
					],
				},
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
			const answer = await stage.chat('safe', { stream: true });
			await answer.text();
			expect([fault, answer.status, callsOf(one) + callsOf(two) - before]).toEqual([fault, status, 1]);
		}
		expect((await stage.rows(2)).map(({ status }) => status)).toEqual(['error', 'interrupted']);
	});

	it('serves every call while the first upstream is down, asks that one little, and finds it again', async () => {
		one.behave(() => 'status=500');
		const before = callsOf(one);
		const calls = 300;
		let ok = 0;
		for (let round = 0; round < calls / 10; round++) {
			const answers = await Promise.all(Array.from({ length: 10 }, () => stage.chat('safe')));
			ok += answers.filter(({ status }) => status === 200).length;
		}
		const asked = callsOf(one) - before;
		console.info(`first upstream down: ${ok} of ${calls} calls answered, it was asked ${asked} times`);
		expect(ok).toBe(calls);
		expect(asked).toBeLessThanOrEqual(calls * 0.2 + 3);
		one.behave(() => '');
		const repaired = performance.now();
		await eventually(async () =>
			(await stage.chat('safe')).headers.get('x-parallama-provider') === 'one' ? true : undefined,
		);
		const took = performance.now() - repaired;
		console.info(`found again after ${Math.round(took)} ms`);
		expect(took).toBeLessThan(10_000);
	});

	it('tells the other replica of an upstream that fails', async () => {
		expect((await stage.chat('safe', {}, { at: stage.twin })).headers.get('x-parallama-provider')).toBe('one');
		one.behave(() => 'status=500');
		for (let call = 0; call < 6; call++) await stage.chat('safe');
		const before = callsOf(one);
		await eventually(async () => {
			const answer = await stage.chat('safe', {}, { at: stage.twin });
			return answer.headers.get('x-parallama-attempts') === '1' ? true : undefined;
		});
		expect(callsOf(one) - before).toBeLessThanOrEqual(2); // at most the message's way, and one try
	});
});

it('an upstream that gives up before its first word is followed by the next one', async () => {
	const ollama = await stage.addUpstream('early', 'llama', { kind: 'ollama' });
	await stage.addAlias('early', 'priority', [
		['early', 'llama'],
		['two', 'm2'],
	]);
	ollama.behave(() => 'error_at=0');
	const answer = await stage.chat('early', { stream: true });
	expect([answer.headers.get('x-parallama-provider'), answer.headers.get('x-parallama-attempts')]).toEqual([
		'two',
		'2',
	]);
	expect(await answer.text()).toContain('[DONE]');
});

describe('one upstream alone', () => {
	it('is asked again when it fails at first', async () => {
		let failures = 2;
		one.behave(() => (failures-- > 0 ? 'status=503' : ''));
		const answer = await stage.chat('m1');
		expect([answer.status, answer.headers.get('x-parallama-attempts')]).toEqual([200, '3']);
		expect((await stage.rows())[0]).toMatchObject({ status: 'ok', attempts: 3 });
	});

	it('is asked little more often than there are calls, and refused quickly once it is known to fail', async () => {
		two.behave(() => 'status=500');
		const before = callsOf(two);
		const statuses: number[] = [];
		for (let call = 0; call < 50; call++) statuses.push((await stage.chat('m2')).status);
		const asked = callsOf(two) - before;
		expect(asked).toBeLessThanOrEqual(50 * 1.2 + 3);
		expect(new Set(statuses)).toEqual(new Set([502, 503]));
		const refused = await stage.chat('m2');
		expect(await refused.json()).toMatchObject({ error: { code: 'upstream_failing' } });
		expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
	});

	it('is passed the next credential when one is dead, and says so when all are', async () => {
		const guarded = await stage.addUpstream('guarded', 'g', { apiKey: 'sk-dead' });
		guarded.behave(({ headers }) => (headers.authorization === 'Bearer sk-good' ? '' : 'status=401'));
		const added = await stage.post(`/api/v1/providers/${stage.id('guarded')}/credentials`, {
			apiKey: 'sk-good',
			label: 'second',
			priority: 5,
		});
		expect(added.status).toBe(201);
		await stage.addAlias('guarded', 'priority', [['guarded', 'g']]);
		const answer = await stage.chat('guarded');
		expect([answer.status, answer.headers.get('x-parallama-attempts')]).toEqual([200, '2']);
		const later = await stage.chat('guarded');
		expect([later.status, later.headers.get('x-parallama-attempts')]).toEqual([200, '1']);
		guarded.behave(() => 'status=401');
		for (let call = 0; call < 3; call++) {
			const dead = await stage.chat('guarded');
			expect([dead.status, await dead.json()]).toMatchObject([
				502,
				{ error: { code: 'upstream_credentials_exhausted' } },
			]);
		}
	});
});
