import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Metrics } from '#libs/telemetry';
import { UnitOfWork } from './unit-of-work.js';

const SECONDS = [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

/** What pg's pool says of itself. */
interface Pool {
	readonly totalCount: number;
	readonly idleCount: number;
	readonly waitingCount: number;
	readonly options: { readonly max: number };
}

/** PostgreSQL as this process sees it: the use of its pool, and how long transactions take. */
@Injectable()
export class DatabaseMetrics {
	constructor(source: DataSource, work: UnitOfWork, metrics: Metrics) {
		const { master } = source.driver as unknown as { readonly master: Pool };
		metrics.gauge('parallama_database_connections', 'Connections of the pool', ['state'], (gauge) => {
			gauge.set({ state: 'used' }, master.totalCount - master.idleCount);
			gauge.set({ state: 'idle' }, master.idleCount);
		});
		metrics.gauge('parallama_database_connections_max', 'Connections that the pool may have', [], (gauge) =>
			gauge.set(master.options.max),
		);
		metrics.gauge('parallama_database_waiting', 'Requests that wait for a connection of the pool', [], (gauge) =>
			gauge.set(master.waitingCount),
		);
		const transactions = metrics
			.hotHistogram(
				'parallama_database_transaction_seconds',
				'Transactions, with their commit or rollback',
				[],
				SECONDS,
			)
			.of();
		work.onOver = (milliseconds) => transactions.observe(milliseconds / 1_000);
	}
}
