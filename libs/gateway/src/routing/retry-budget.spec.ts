import { describe, expect, it } from '@jest/globals';
import { RetryBudget } from './retry-budget.js';

it.each([1, 10, 1_000, 50_000])('%d failing calls are repeated for a fifth of them and three more at most', (calls) => {
	const budget = new RetryBudget();
	let retries = 0;
	for (let call = 0; call < calls; call++) {
		budget.deposit();
		while (budget.withdraw()) retries++;
	}
	expect(retries).toBeLessThanOrEqual(calls * 0.2 + 3);
	expect(retries).toBeGreaterThanOrEqual(Math.floor(calls * 0.2));
});

describe('a quiet time', () => {
	it('does not save up for a storm', () => {
		const budget = new RetryBudget();
		for (let call = 0; call < 1_000_000; call++) budget.deposit();
		let retries = 0;
		while (budget.withdraw()) retries++;
		expect(retries).toBe(100);
	});
});
