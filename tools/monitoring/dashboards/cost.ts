import { type Dashboard, quantile, rate } from '../panel.ts';

export const cost: Dashboard = {
	uid: 'parallama-cost',
	title: 'Parallama / Tokens and cost',
	rows: [
		{
			title: 'Tokens',
			panels: [
				{
					title: 'By class',
					unit: 'short',
					about: 'Tokens per second',
					queries: [[`sum by (class) (${rate('parallama_tokens_total')})`, '{{class}}']],
				},
				{
					title: 'By model',
					unit: 'short',
					queries: [[`topk(15, sum by (model) (${rate('parallama_tokens_total')}))`, '{{model}}']],
				},
				{
					title: 'By provider',
					unit: 'short',
					queries: [[`sum by (provider) (${rate('parallama_tokens_total')})`, '{{provider}}']],
				},
				{
					title: 'Of a call (p95)',
					unit: 'short',
					queries: [[quantile(0.95, 'gen_ai_client_token_usage', 'gen_ai_token_type'), '{{gen_ai_token_type}}']],
				},
			],
		},
		{
			title: 'Cost',
			panels: [
				{
					title: 'Per hour by vendor',
					unit: 'currencyUSD',
					queries: [[`sum by (vendor) (${rate('parallama_cost_usd_total')}) * 3600`, '{{vendor}}']],
				},
				{
					title: 'Per hour by model',
					unit: 'currencyUSD',
					queries: [[`topk(15, sum by (model) (${rate('parallama_cost_usd_total')}) * 3600)`, '{{model}}']],
				},
				{
					title: 'Calls without a price',
					unit: 'reqps',
					queries: [[`sum by (vendor, model) (${rate('parallama_unpriced_calls_total')})`, '{{vendor}} {{model}}']],
				},
				{ title: 'Drift of budgets', unit: 'currencyUSD', queries: [['max(parallama_budget_drift_usd)', 'largest']] },
			],
		},
		{
			title: 'Ledger',
			panels: [
				{
					title: 'Rows by source of their usage',
					unit: 'reqps',
					queries: [[`sum by (source) (${rate('parallama_ledger_calls_total')})`, '{{source}}']],
				},
				{ title: 'Lag', unit: 's', queries: [['max by (instance) (parallama_ledger_lag_seconds)', '{{instance}}']] },
				{
					title: 'Calls that wait for their row',
					unit: 'short',
					queries: [['sum by (instance) (parallama_ledger_pending_calls)', '{{instance}}']],
				},
				{
					title: 'Settled from leases by the worker',
					unit: 'reqps',
					queries: [[`sum(${rate('parallama_reaped_calls_total')})`, 'reaped']],
				},
			],
		},
	],
};
