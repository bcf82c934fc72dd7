import { describe, expect, it } from '@jest/globals';
import { AppError } from '#libs/kernel';
import type { Candidate, Provider, ProviderAdapter } from '#libs/providers';
import { Breaker } from './breaker.js';
import { Journey } from './journey.js';
import { RetryBudget } from './retry-budget.js';
import { Slots } from './slots.js';
import { Load, type Target } from './target.js';

const candidate = (id: string): Candidate => ({ provider: { id } as Provider, model: 'm', weight: 1, priority: 0 });
const target = (of: Candidate, credential = '-', slots?: Slots): Target => ({
	candidate: of,
	provider: of.provider,
	model: of.model,
	adapter: {} as ProviderAdapter,
	name: `${of.provider.id} ${credential}`,
	breaker: new Breaker(),
	load: new Load(new RetryBudget(), slots),
});
const error = (code: string, retryAfterMs?: number): AppError =>
	new AppError('upstream', code, code, retryAfterMs === undefined ? {} : { retryAfterMs });
const [a, b] = [candidate('a'), candidate('b')];

describe('the way of a call', () => {
	it('goes to the next upstream after a failure, and asks the last one again with pauses', () => {
		const journey = new Journey([target(a), target(b)]);
		expect(journey.first(0)?.name).toBe('a -');
		expect(journey.after(error('upstream_error'), 0, 0.5)).toMatchObject({ target: { name: 'b -' }, waitMs: 0 });
		expect(journey.after(error('upstream_failed'), 0, 0.5)).toMatchObject({ target: { name: 'b -' }, waitMs: 100 });
		expect(journey.after(error('upstream_failed'), 0, 0.5)).toMatchObject({ target: { name: 'b -' }, waitMs: 200 });
		expect(journey.after(error('upstream_failed'), 0, 0.5)).toBeUndefined();
		expect(journey.attempts).toBe(4);
	});

	it('takes the next credential when one is refused or throttled, then the next upstream', () => {
		const journey = new Journey([target(a, '1'), target(a, '2'), target(b)]);
		journey.first(0);
		expect(journey.after(error('upstream_credentials_exhausted'), 0, 0)?.target.name).toBe('a 2');
		expect(journey.after(error('upstream_rate_limited', 9_000), 0, 0)?.target.name).toBe('b -');
		expect(journey.after(error('upstream_credentials_exhausted'), 0, 0)).toBeUndefined();
	});

	it.each(['upstream_timeout', 'context_length_exceeded', 'model_not_found'])(
		'does not try the same upstream again after %s',
		(code) => {
			const journey = new Journey([target(a, '1'), target(a, '2'), target(b)]);
			journey.first(0);
			expect(journey.after(error(code), 0, 0)?.target.name).toBe('b -');
			expect(journey.after(error(code), 0, 0)).toBeUndefined();
		},
	);

	it('ends at once when the request itself is wrong', () => {
		const journey = new Journey([target(a), target(b)]);
		journey.first(0);
		expect(journey.after(error('upstream_rejected'), 0, 0)).toBeUndefined();
	});

	it('waits as long as the upstream asks, unless that is too long', () => {
		const first = new Journey([target(a)]);
		first.first(0);
		expect(first.after(error('upstream_rate_limited', 1_500), 0, 0)?.waitMs).toBe(1_500);
		const second = new Journey([target(a)]);
		second.first(0);
		expect(second.after(error('upstream_rate_limited', 30_000), 0, 0)).toBeUndefined();
	});

	it('passes over upstreams that fail or are full, and says why there is none', () => {
		const full = target(a, '-', new Slots(0, 0));
		const failing = target(b);
		failing.breaker.openFor(0, 5_000);
		expect(new Journey([full, failing, target(candidate('c'))]).first(1)?.name).toBe('c -');
		const stuck = new Journey([full, failing]);
		expect([stuck.first(1), stuck.busy(1)]).toEqual([undefined, [full.load.slots]]);
		expect(stuck.refusal(1)).toMatchObject({ code: 'upstream_failing', retryAfterMs: 4_999 });
		failing.breaker.reason = 'upstream_rate_limited';
		expect(new Journey([failing]).refusal(1)).toMatchObject({ fault: 'throttled', code: 'upstream_rate_limited' });
		failing.breaker.reason = 'upstream_credentials_exhausted';
		expect(new Journey([failing]).refusal(1).code).toBe('upstream_credentials_exhausted');
	});
});
