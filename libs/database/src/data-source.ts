import type { DataSourceOptions } from 'typeorm';
import { migrations } from './migrations/index.js';

export interface ConnectionSettings {
	readonly url: string;
	readonly poolSize: number;
	readonly applicationName: string;
}

/**
 * Options of every connection pool. Timeouts: 2 s to get a connection, 15 s for a statement, 2 s for a lock, 15 s idle in
 * a transaction. A null or undefined in a `where` throws instead of matching the first row.
 */
export const dataSourceOptions = ({ url, poolSize, applicationName }: ConnectionSettings): DataSourceOptions => ({
	type: 'postgres',
	url,
	migrations,
	migrationsTransactionMode: 'each',
	migrationsTableName: 'migrations',
	synchronize: false,
	installExtensions: false,
	invalidWhereValuesBehavior: { null: 'throw', undefined: 'throw' },
	poolSize,
	applicationName,
	connectTimeoutMS: 2_000,
	extra: {
		statement_timeout: 15_000,
		lock_timeout: 2_000,
		idle_in_transaction_session_timeout: 15_000,
		idleTimeoutMillis: 30_000,
		keepAlive: true,
	},
});
