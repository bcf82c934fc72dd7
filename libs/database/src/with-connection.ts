import { DataSource } from 'typeorm';
import { type ConnectionSettings, dataSourceOptions } from './data-source.js';

/** A connection for one piece of work outside of any Nest application: the CLI, a bootstrap. Closed at the end, come what may. */
export async function withConnection<T>(
	settings: Omit<ConnectionSettings, 'poolSize'>,
	work: (source: DataSource) => Promise<T>,
): Promise<T> {
	const source = await new DataSource(dataSourceOptions({ ...settings, poolSize: 1 })).initialize();
	try {
		return await work(source);
	} finally {
		await source.destroy();
	}
}
