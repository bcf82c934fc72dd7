import { DataSource, type QueryRunner } from 'typeorm';
import { dataSourceOptions } from './data-source.js';
import { migrations } from './migrations/index.js';

export interface MigrationStatus {
	readonly name: string;
	readonly isApplied: boolean;
}

const LOCK = 4_215_001; // one migrator at a time per database
const TABLE = 'migrations';

/** Runs what is missing, single-flight across processes. Returns the names of what ran. */
export async function migrate(ownerUrl: string): Promise<string[]> {
	const source = await new DataSource({
		...dataSourceOptions({ url: ownerUrl, poolSize: 2, applicationName: 'parallama-migrate' }),
	}).initialize();
	const runner = source.createQueryRunner();
	try {
		await runner.query(`SET lock_timeout = 0; SET statement_timeout = 0`);
		await runner.query('SELECT pg_advisory_lock($1)', [LOCK]);
		const done = await source.runMigrations();
		await grantStatus(runner);
		return done.map(({ name }) => name);
	} finally {
		await runner.query('SELECT pg_advisory_unlock($1)', [LOCK]).catch(() => undefined);
		await runner.release();
		await source.destroy();
	}
}

/** The app may read which migrations ran: readiness depends on it. */
async function grantStatus(runner: QueryRunner): Promise<void> {
	await runner.query(`GRANT SELECT ON ${TABLE} TO parallama_app, parallama_worker`);
}

/** Every migration this build knows, and whether the database has it. Works as any of our roles. */
export async function migrationStatus(source: DataSource): Promise<MigrationStatus[]> {
	const [there] = await source.query<{ present: boolean }[]>(
		`SELECT to_regclass('public.${TABLE}') IS NOT NULL AS present`,
	);
	const rows = there?.present ? await source.query<{ name: string }[]>(`SELECT name FROM ${TABLE}`) : [];
	const applied = new Set(rows.map(({ name }) => name));
	return migrations.map(({ name }) => ({ name, isApplied: applied.has(name) }));
}
