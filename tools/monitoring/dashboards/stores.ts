import { type Dashboard, quantiles, rate } from '../panel.ts';

export const stores: Dashboard = {
	uid: 'parallama-stores',
	title: 'Parallama / PostgreSQL and Redis as seen from here',
	rows: [
		{
			title: 'PostgreSQL',
			panels: [
				{
					title: 'Transactions',
					unit: 'ops',
					queries: [[`sum by (service) (${rate('parallama_database_transaction_seconds_count')})`, '{{service}}']],
				},
				{ title: 'Duration', unit: 's', queries: quantiles('parallama_database_transaction_seconds') },
				{
					title: 'Connections',
					unit: 'short',
					queries: [
						['sum by (service, state) (parallama_database_connections)', '{{service}} {{state}}'],
						['sum by (service) (parallama_database_connections_max)', '{{service}} max'],
					],
				},
				{
					title: 'Waiting for a connection',
					unit: 'short',
					queries: [['sum by (service) (parallama_database_waiting)', '{{service}}']],
				},
				{
					title: 'Answers',
					unit: 'short',
					queries: [['min by (service) (parallama_dependency_up{dependency="postgres"})', '{{service}}']],
				},
			],
		},
		{
			title: 'Redis',
			panels: [
				{ title: 'Admission script', unit: 's', queries: quantiles('parallama_admission_seconds') },
				{
					title: 'Worked around',
					unit: 'short',
					about: '1: calls go on without Redis',
					queries: [['max by (instance) (parallama_redis_away)', '{{instance}}']],
				},
				{
					title: 'Answers',
					unit: 'short',
					queries: [['min by (service) (parallama_dependency_up{dependency="redis"})', '{{service}}']],
				},
			],
		},
	],
};
