import { describe, expect, it } from '@jest/globals';
import type { CallOutcome } from '../call.js';
import { NO_TOKENS } from '../token-usage.js';
import { chargedUsage, chargeOf } from './charge.js';
import { UNPRICED } from './cost.js';
import { chargePolicies, type ChargePolicy } from './price.js';
import { shippedPrices } from './price-list.js';
import { PriceSet } from './price-set.js';

const outcome = (overrides: Partial<CallOutcome>): CallOutcome => ({
	status: 'interrupted',
	errorCode: 'client_disconnected',
	usage: { ...NO_TOKENS, input: 100, output: 50, reasoning: 20 },
	usageSource: 'provider',
	isEstimated: false,
	attempts: 1,
	firstTokenMs: 1,
	durationMs: 2,
	...overrides,
});
const start = { vendor: 'openai', providerId: 'p', model: 'gpt-4o' };
const at = Date.parse('2025-01-01');
const total = (policy: ChargePolicy, ended: CallOutcome): bigint | undefined => {
	const cost = chargeOf(new PriceSet([shippedPrices], policy, ''), start, at, ended);
	return cost === UNPRICED ? undefined : cost.total;
};

describe('a call that was interrupted', () => {
	// input 2,500 and answers 10,000 nano-USD a token
	it.each<[string, Partial<CallOutcome>, [delivered: bigint, upstream: bigint, free: bigint]]>([
		['after all of its answer', { delivered: 70 }, [950_000n, 950_000n, 950_000n]],
		['after 30 tokens of 70', { delivered: 30 }, [550_000n, 950_000n, 950_000n]],
		['within its reasoning', { delivered: 5 }, [300_000n, 950_000n, 950_000n]],
		['before the first token, read to its end', { delivered: 0 }, [0n, 950_000n, 0n]],
		['before anything came', { delivered: 0, usage: NO_TOKENS, usageSource: 'none' }, [0n, 0n, 0n]],
		['with an error after 30 tokens', { status: 'error', delivered: 30 }, [550_000n, 950_000n, 950_000n]],
	])('%s', (_, ended, costs) => {
		expect(chargePolicies.map((policy) => total(policy, outcome(ended)))).toEqual(costs);
	});

	it('is told apart from one that ended well', () => {
		for (const policy of chargePolicies) expect(total(policy, outcome({ status: 'ok', delivered: 0 }))).toBe(950_000n);
	});

	it('keeps the tokens of its prompt', () => {
		expect(chargedUsage('delivered', outcome({ delivered: 30 }))).toMatchObject({
			input: 100,
			reasoning: 20,
			output: 10,
		});
	});
});

it('is charged by whoever answered', () => {
	const prices = new PriceSet([shippedPrices], 'delivered', '');
	const answered = outcome({ status: 'ok', vendor: 'anthropic', providerId: 'q', model: 'claude-3-haiku' });
	expect(chargeOf(prices, start, at, answered)).toMatchObject({ total: 112_500n });
	expect(chargeOf(prices, start, at, outcome({ ...answered, model: 'unheard-of' }))).toBe(UNPRICED);
});
