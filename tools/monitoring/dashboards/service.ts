import { type Dashboard, quantile, quantiles, rate } from '../panel.ts';

const HTTP = 'parallama_http_request_duration_seconds';

export const service: Dashboard = {
	uid: 'parallama-service',
	title: 'Parallama / Service',
	rows: [
		{
			title: 'Now',
			panels: [
				{
					title: 'Processes up',
					unit: 'short',
					kind: 'stat',
					queries: [['count by (job) (up{job=~"parallama.*"} == 1)', '{{job}}']],
				},
				{
					title: 'Taking work',
					unit: 'short',
					kind: 'stat',
					queries: [['sum by (service) (parallama_ready)', '{{service}}']],
				},
				{
					title: 'Dependencies up',
					unit: 'short',
					kind: 'stat',
					queries: [['min by (dependency) (parallama_dependency_up)', '{{dependency}}']],
				},
				{
					title: 'Streams under way',
					unit: 'short',
					kind: 'stat',
					queries: [['sum by (kind) (parallama_active_calls)', '{{kind}}']],
				},
			],
		},
		{
			title: 'Requests, errors, durations',
			panels: [
				{
					title: 'Requests by status',
					unit: 'reqps',
					queries: [[`sum by (status) (${rate(`${HTTP}_count`)})`, '{{status}}']],
				},
				{
					title: 'Errors by class',
					unit: 'reqps',
					about: 'caller_ and policy_ are not ours to repair',
					queries: [[`sum by (class) (${rate('parallama_errors_total')})`, '{{class}}']],
				},
				{ title: 'Duration', unit: 's', queries: quantiles(HTTP) },
				{
					title: 'Requests by route',
					unit: 'reqps',
					queries: [[`topk(12, sum by (method, route) (${rate(`${HTTP}_count`)}))`, '{{method}} {{route}}']],
				},
				{
					title: 'Slowest routes (p95)',
					unit: 's',
					queries: [[`topk(12, ${quantile(0.95, HTTP, 'route')})`, '{{route}}']],
				},
			],
		},
		{
			title: 'Saturation',
			panels: [
				{
					title: 'CPU',
					unit: 'percentunit',
					about: 'Of one core; a process uses little more than one',
					queries: [[`sum by (service, instance) (${rate('process_cpu_seconds_total')})`, '{{service}} {{instance}}']],
				},
				{
					title: 'Event loop late by (p99)',
					unit: 's',
					queries: [['max by (service, instance) (nodejs_eventloop_lag_p99_seconds)', '{{service}} {{instance}}']],
				},
				{
					title: 'Memory',
					unit: 'bytes',
					queries: [['sum by (service, instance) (process_resident_memory_bytes)', '{{service}} {{instance}}']],
				},
				{
					title: 'Garbage collection',
					unit: 'percentunit',
					queries: [[`sum by (service, kind) (${rate('nodejs_gc_duration_seconds_sum')})`, '{{service}} {{kind}}']],
				},
				{
					title: 'Open files',
					unit: 'short',
					queries: [['sum by (service, instance) (process_open_fds)', '{{service}} {{instance}}']],
				},
			],
		},
	],
};
