import { type Dashboard, quantile, rate } from '../panel.ts';

const DURATION = 'parallama_job_duration_seconds';

export const worker: Dashboard = {
	uid: 'parallama-worker',
	title: 'Parallama / Worker and queues',
	rows: [
		{
			title: 'Queues',
			panels: [
				{
					title: 'Jobs',
					unit: 'short',
					about: 'Every worker says the same',
					queries: [['max by (queue, state) (parallama_queue_jobs)', '{{queue}} {{state}}']],
				},
				{
					title: 'The oldest has waited',
					unit: 's',
					queries: [['max by (queue) (parallama_queue_oldest_seconds)', '{{queue}}']],
				},
				{
					title: 'Wait before the first attempt (p95)',
					unit: 's',
					queries: [[quantile(0.95, 'parallama_job_wait_seconds', 'queue'), '{{queue}}']],
				},
			],
		},
		{
			title: 'Jobs',
			panels: [
				{
					title: 'Attempts',
					unit: 'ops',
					queries: [[`sum by (job_name) (${rate(`${DURATION}_count`)})`, '{{job_name}}']],
				},
				{ title: 'Duration (p95)', unit: 's', queries: [[quantile(0.95, DURATION, 'job_name'), '{{job_name}}']] },
				{
					title: 'Failed attempts',
					unit: 'ops',
					queries: [[`sum by (job_name) (${rate(`${DURATION}_count`, 'outcome="failed"')})`, '{{job_name}}']],
				},
				{
					title: 'Given up',
					unit: 'ops',
					queries: [[`sum by (queue, job_name) (${rate('parallama_jobs_given_up_total')})`, '{{queue}} {{job_name}}']],
				},
			],
		},
		{
			title: 'Keys',
			panels: [
				{
					title: 'Keys in use that end soon',
					unit: 'short',
					queries: [['max by (within) (parallama_keys_expiring)', '{{within}}']],
				},
			],
		},
	],
};
