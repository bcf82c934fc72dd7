import { expect, it } from '@jest/globals';
import { LimiterMetrics } from './limiter-metrics.js';
import { Metrics } from './metrics.js';

it('counts what limits and budgets decided, and keeps how far budgets had drifted', async () => {
	const metrics = new Metrics('test');
	const limiter = new LimiterMetrics(metrics);
	limiter.decided('requests', 'allowed');
	limiter.decided('requests', 'allowed');
	limiter.decided('budget', 'refused');
	limiter.budgetRefused('project');
	limiter.budgetsCompared(1_500_000_000n);
	const text = await metrics.text();
	for (const line of [
		'parallama_limiter_decisions_total{limiter="requests",decision="allowed",service="test"} 2',
		'parallama_limiter_decisions_total{limiter="budget",decision="refused",service="test"} 1',
		'parallama_budget_refusals_total{subject="project",service="test"} 1',
		'parallama_budget_drift_usd{service="test"} 1.5',
	])
		expect(text).toContain(line);
});
