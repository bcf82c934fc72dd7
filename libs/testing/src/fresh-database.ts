import { Redis } from 'ioredis';
import { Client } from 'pg';

function variable(name: string): string {
	const value = process.env[name];
	if (!value) throw new Error(`${name} is not set: run integration tests with npm test`);
	return value;
}

/** Runs SQL as the owner, who is above row-level security: to prepare and to inspect, never to test a rule. */
export async function asOwner<Row = Record<string, unknown>>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
	const client = new Client(variable('DATABASE_MIGRATION_URL'));
	await client.connect();
	try {
		return (await client.query(sql, parameters)).rows as Row[];
	} finally {
		await client.end();
	}
}

/** A fresh copy of the migrated template and an empty Redis for this jest worker; before the app of the file starts. */
export async function freshDatabase(): Promise<void> {
	const name = variable('TEST_DATABASE');
	const client = new Client(variable('TEST_OWNER_URL'));
	await client.connect();
	await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
	// file_copy is faster than the default wal_log for a small template when fsync is off
	await client.query(`CREATE DATABASE ${name} TEMPLATE ${variable('TEST_TEMPLATE')} STRATEGY file_copy`);
	await client.end();
	const redis = new Redis(variable('REDIS_URL'));
	await redis.flushdb();
	await redis.quit();
}
