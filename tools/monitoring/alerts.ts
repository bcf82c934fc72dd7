import { burns, recordOf, type Slo, slos } from './slo.ts';

/** An alert as Prometheus takes it; its runbook is docs/runbooks/<name in kebab case>.md. */
export interface Alert {
	readonly name: string;
	readonly expr: string;
	readonly for: string;
	readonly severity: 'page' | 'ticket';
	readonly summary: string;
	readonly description: string;
}

const budget = ({ objective }: Slo): number => Math.round((1 - objective) * 1e6) / 1e6;
const pascal = (name: string): string =>
	name.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

const burnAlerts: readonly Alert[] = slos.flatMap((slo) =>
	burns.map(({ speed, severity, factor, long, short, for: pending }) => ({
		name: `Parallama${pascal(slo.name)}Budget${speed}Burn`,
		expr: [long, short].map((window) => `${recordOf(slo, window)} > ${factor} * ${budget(slo)}`).join(' and '),
		for: pending,
		severity,
		summary: `${slo.title}: the error budget burns ${factor} times too fast`,
		description: `{{ $value | humanizePercentage }} were bad over ${long}; ${Math.round((1 - budget(slo)) * 1e4) / 100} % must be good over 30 days.`,
	})),
);

export const alerts: readonly Alert[] = [
	...burnAlerts,
	{
		name: 'ParallamaDown',
		expr: 'up{job=~"parallama.*"} == 0',
		for: '1m',
		severity: 'page',
		summary: 'A process of Parallama does not answer its management port',
		description: '{{ $labels.job }} at {{ $labels.instance }} has not been scraped for a minute.',
	},
	{
		name: 'ParallamaDependencyDown',
		expr: 'min by (service, dependency) (parallama_dependency_up) == 0',
		for: '1m',
		severity: 'page',
		summary: 'A store is away: Parallama works on its fallbacks',
		description: '{{ $labels.service }} cannot reach {{ $labels.dependency }}.',
	},
	{
		name: 'ParallamaProviderDown',
		expr: 'sum by (provider) (parallama_breakers{state="closed"}) == 0 and sum by (provider) (parallama_breakers) > 0',
		for: '2m',
		severity: 'page',
		summary: 'Every breaker of a provider is open',
		description: 'No call reaches {{ $labels.provider }}.',
	},
	{
		name: 'ParallamaFirstTokenSlow',
		expr: 'histogram_quantile(0.95, sum by (le, gen_ai_provider_name, gen_ai_request_model) (rate(gen_ai_client_operation_time_to_first_chunk_seconds_bucket[10m]))) > 5',
		for: '10m',
		severity: 'ticket',
		summary: 'Answers of a model begin late',
		description:
			'The first bytes of {{ $labels.gen_ai_request_model }} took {{ $value | humanizeDuration }} (95th percentile).',
	},
	{
		name: 'ParallamaOverheadHigh',
		expr: 'histogram_quantile(0.99, sum by (le) (rate(parallama_gateway_overhead_seconds_bucket[10m]))) > 0.05',
		for: '10m',
		severity: 'ticket',
		summary: 'The gateway itself is slow',
		description:
			'Calls wait {{ $value | humanizeDuration }} in the gateway before an upstream is asked (99th percentile).',
	},
	{
		name: 'ParallamaLedgerLag',
		expr: 'max by (instance) (parallama_ledger_lag_seconds) > 60',
		for: '1m',
		severity: 'page',
		summary: 'Finished calls do not reach the ledger',
		description: 'The oldest at {{ $labels.instance }} waits for {{ $value | humanizeDuration }}.',
	},
	{
		name: 'ParallamaUnpricedUsage',
		expr: 'sum by (vendor, model) (increase(parallama_unpriced_calls_total[1h])) > 0',
		for: '5m',
		severity: 'ticket',
		summary: 'Calls are made that have no price',
		description:
			'{{ $labels.model }} of {{ $labels.vendor }} has no price: its calls are in the ledger without a cost.',
	},
	{
		name: 'ParallamaBudgetDrift',
		expr: 'max(parallama_budget_drift_usd) > 0.01',
		for: '5m',
		severity: 'ticket',
		summary: 'Counters of budgets differ from the ledger',
		description: 'A counter in Redis is {{ $value }} USD away from PostgreSQL.',
	},
	{
		name: 'ParallamaQueueStuck',
		expr: 'max by (queue) (parallama_queue_oldest_seconds) > 300',
		for: '5m',
		severity: 'page',
		summary: 'Jobs wait and are not begun',
		description: 'The oldest job of {{ $labels.queue }} waits for {{ $value | humanizeDuration }}.',
	},
	{
		name: 'ParallamaJobsGivenUp',
		expr: 'sum by (queue, job_name) (increase(parallama_jobs_given_up_total[15m])) > 0',
		for: '0m',
		severity: 'ticket',
		summary: 'Jobs failed for good',
		description: '{{ $value | humanize }} of {{ $labels.job_name }} in the last 15 minutes.',
	},
	{
		name: 'ParallamaEventLoopLag',
		expr: 'max by (service, instance) (nodejs_eventloop_lag_p99_seconds) > 0.2',
		for: '5m',
		severity: 'ticket',
		summary: 'A process is too busy to answer in time',
		description:
			'The event loop of {{ $labels.service }} at {{ $labels.instance }} is late by {{ $value | humanizeDuration }}.',
	},
	{
		name: 'ParallamaDatabasePoolExhausted',
		expr: 'max by (service, instance) (parallama_database_waiting) > 0',
		for: '2m',
		severity: 'ticket',
		summary: 'Requests wait for a connection to PostgreSQL',
		description: '{{ $value }} wait at {{ $labels.instance }}.',
	},
	{
		name: 'ParallamaKeysExpire',
		expr: 'max(parallama_keys_expiring{within="7d"}) > 0',
		for: '10m',
		severity: 'ticket',
		summary: 'API keys in use end within a week',
		description: '{{ $value }} keys that were used in the last week stop working within 7 days.',
	},
];

/** `ParallamaQueueStuck` → `queue-stuck`. */
export const runbookOf = ({ name }: Alert): string =>
	name
		.replace(/^Parallama/, '')
		.replaceAll(/(?<!^)([A-Z])/g, '-$1')
		.toLowerCase();
