import { type Dashboard, quantile, quantiles, rate } from '../panel.ts';

const FIRST = 'gen_ai_client_operation_time_to_first_chunk_seconds';
const PER_TOKEN = 'gen_ai_server_time_per_output_token_seconds';
const DURATION = 'gen_ai_client_operation_duration_seconds';
const MODEL = 'gen_ai_request_model';

export const gateway: Dashboard = {
	uid: 'parallama-gateway',
	title: 'Parallama / Gateway',
	rows: [
		{
			title: 'Calls',
			panels: [
				{
					title: 'By dialect',
					unit: 'reqps',
					queries: [[`sum by (dialect) (${rate('parallama_calls_total')})`, '{{dialect}}']],
				},
				{
					title: 'By provider',
					unit: 'reqps',
					queries: [[`sum by (provider) (${rate('parallama_calls_total')})`, '{{provider}}']],
				},
				{
					title: 'By model',
					unit: 'reqps',
					queries: [[`topk(15, sum by (model) (${rate('parallama_calls_total')}))`, '{{model}}']],
				},
				{
					title: 'By outcome',
					unit: 'reqps',
					queries: [[`sum by (outcome) (${rate('parallama_calls_total')})`, '{{outcome}}']],
				},
				{ title: 'Under way', unit: 'short', queries: [['sum by (kind) (parallama_active_calls)', '{{kind}}']] },
			],
		},
		{
			title: 'How fast',
			panels: [
				{
					title: 'First token',
					unit: 's',
					about: 'From the request being read to the first byte',
					queries: quantiles(FIRST),
				},
				{ title: 'First token by model (p95)', unit: 's', queries: [[quantile(0.95, FIRST, MODEL), `{{${MODEL}}}`]] },
				{ title: 'Between tokens', unit: 's', queries: quantiles(PER_TOKEN) },
				{
					title: 'Between tokens by model (p50)',
					unit: 's',
					queries: [[quantile(0.5, PER_TOKEN, MODEL), `{{${MODEL}}}`]],
				},
				{
					title: 'Whole calls by model (p95)',
					unit: 's',
					queries: [[quantile(0.95, DURATION, MODEL), `{{${MODEL}}}`]],
				},
			],
		},
		{
			title: 'What we add',
			panels: [
				{ title: 'Overhead before the upstream', unit: 's', queries: quantiles('parallama_gateway_overhead_seconds') },
				{ title: 'Admission (one Redis script)', unit: 's', queries: quantiles('parallama_admission_seconds') },
			],
		},
		{
			title: 'Upstreams',
			panels: [
				{
					title: 'Attempts by outcome',
					unit: 'reqps',
					queries: [
						[`sum by (provider, outcome) (${rate('parallama_upstream_attempts_total')})`, '{{provider}} {{outcome}}'],
					],
				},
				{
					title: 'First byte (p95)',
					unit: 's',
					queries: [[quantile(0.95, 'parallama_upstream_first_byte_seconds', 'provider'), '{{provider}}']],
				},
				{
					title: 'Breakers',
					unit: 'short',
					queries: [['sum by (provider, state) (parallama_breakers)', '{{provider}} {{state}}']],
				},
			],
		},
		{
			title: 'Limits',
			panels: [
				{
					title: 'Decisions',
					unit: 'reqps',
					queries: [
						[`sum by (limiter, decision) (${rate('parallama_limiter_decisions_total')})`, '{{limiter}} {{decision}}'],
					],
				},
				{
					title: 'Refused: budget spent',
					unit: 'reqps',
					queries: [[`sum by (subject) (${rate('parallama_budget_refusals_total')})`, '{{subject}}']],
				},
			],
		},
	],
};
