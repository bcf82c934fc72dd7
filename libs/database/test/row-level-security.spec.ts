import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { newId, SYSTEM_ORGANIZATION_ID } from '#libs/kernel';
import { asOwner, freshDatabase } from '#libs/testing';
import { type Tenant, tenantRows } from './support/tenant-rows.js';

const mine: Tenant = { organizationId: newId(), userId: newId() };
const theirs: Tenant = { organizationId: newId(), userId: newId() };

/** Tables with rows that the system organization shares with all. */
const shared = new Set([
	'roles',
	'role_permissions',
	'providers',
	'model_aliases',
	'model_alias_targets',
	'limit_templates',
	'prices',
	'prompts',
	'prompt_versions',
	'prompt_labels',
]);
/** Those that have some from the start. */
const seeded = new Set(['roles', 'role_permissions', 'limit_templates', 'prompts', 'prompt_versions']);
const FORBIDDEN = '42501'; // no right, or against a policy
const REFERRED_TO = '23503'; // an own row that other rows need

let tables: string[];

beforeAll(async () => {
	await freshDatabase();
	for (const tenant of [mine, theirs]) await insertAll(tenant);
	const rows = await asOwner<{ name: string }>(
		`SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`,
	);
	tables = rows.map(({ name }) => name);
});

async function insertAll(tenant: Tenant): Promise<void> {
	for (const [table, row] of tenantRows(tenant)) {
		const columns = Object.keys(row);
		const places = columns.map((_, at) => `$${at + 1}`).join(', ');
		await asOwner(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`, Object.values(row));
	}
}

it('is tried on every table that holds rows of organizations', () => {
	const tried = new Set(tenantRows(mine).map(([table]) => table));
	expect(tables.filter((table) => !tried.has(table))).toEqual([]);
});

describe.each([
	['api', 'DATABASE_URL'],
	['worker', 'DATABASE_WORKER_URL'],
])('as the %s', (_process, variable) => {
	let client: Client;

	beforeAll(async () => {
		client = new Client(process.env[variable]);
		await client.connect();
	});
	afterAll(async () => client.end());

	/** Inside a transaction with the tenant set, undone at the end. Resolves the rows, or the code of the error. */
	async function tryOut(sql: string, parameters: unknown[] = [], tenant: Tenant | null = mine) {
		await client.query('BEGIN');
		try {
			if (tenant !== null)
				await client.query(`SELECT set_config('app.organization_id', $1, true), set_config('app.user_id', $2, true)`, [
					tenant.organizationId,
					tenant.userId,
				]);
			return (await client.query<{ organization_id: string }>(sql, parameters)).rows;
		} catch (error) {
			return (error as { code?: string }).code ?? String(error);
		} finally {
			await client.query('ROLLBACK');
		}
	}
	const organizationsOf = (rows: { organization_id: string }[] | string) =>
		typeof rows === 'string' ? rows : [...new Set(rows.map((row) => row.organization_id))];

	it('sees own rows only, and shared ones of the system organization', async () => {
		for (const table of tables) {
			const seen = organizationsOf(await tryOut(`SELECT organization_id FROM ${table}`));
			const others = shared.has(table) ? [SYSTEM_ORGANIZATION_ID] : [];
			expect({ table, seen }).toEqual({ table, seen: expect.arrayContaining([mine.organizationId]) });
			expect({ table, seen: [seen].flat().filter((id) => !others.includes(id)) }).toEqual({
				table,
				seen: [mine.organizationId],
			});
		}
	});

	it('sees nothing but shared rows without an organization', async () => {
		for (const table of tables) {
			const seen = organizationsOf(await tryOut(`SELECT organization_id FROM ${table}`, [], null));
			expect({ table, seen }).toEqual({
				table,
				seen: seeded.has(table) ? [SYSTEM_ORGANIZATION_ID] : [],
			});
		}
	});

	it.each([
		['changes', (table: string) => `UPDATE ${table} SET organization_id = organization_id RETURNING organization_id`],
		['deletes', (table: string) => `DELETE FROM ${table} RETURNING organization_id`],
	])('%s own rows at most', async (_what, sql) => {
		const touched = new Set<string>();
		for (const table of tables) {
			const result = organizationsOf(await tryOut(sql(table)));
			if (result === REFERRED_TO) {
				const foreign = `DELETE FROM ${table} WHERE organization_id = $1 RETURNING organization_id`;
				expect({ table, foreign: await tryOut(foreign, [theirs.organizationId]) }).toEqual({ table, foreign: [] });
			} else if (result !== FORBIDDEN) expect({ table, result }).toEqual({ table, result: [mine.organizationId] });
			touched.add(String(result));
		}
		expect(touched).toContain(mine.organizationId); // not all of them were merely forbidden
	});

	it('moves no row to another organization', async () => {
		for (const table of tables)
			expect({
				table,
				result: await tryOut(`UPDATE ${table} SET organization_id = $1`, [theirs.organizationId]),
			}).toEqual({
				table,
				result: FORBIDDEN,
			});
	});

	it('adds no row to another organization', async () => {
		const fresh = { organizationId: theirs.organizationId, userId: theirs.userId };
		for (const [table, row] of tenantRows(fresh).filter(([name]) => tables.includes(name))) {
			const columns = Object.keys(row);
			const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((_, at) => `$${at + 1}`).join(', ')})`;
			expect({ table, result: await tryOut(sql, Object.values(row)) }).toEqual({ table, result: FORBIDDEN });
		}
	});

	it('sees own people only', async () => {
		const seen = await tryOut('SELECT id AS organization_id FROM users');
		expect(organizationsOf(seen)).toEqual([mine.userId]);
		const unnamed = await tryOut('SELECT id AS organization_id FROM users', [], { ...mine, userId: newId() });
		expect(organizationsOf(unnamed)).toEqual([mine.userId]); // by membership
	});

	it('sees sessions of their own user only, also within an organization', async () => {
		for (const table of ['sessions', 'refresh_tokens'])
			expect(await tryOut(`SELECT organization_id FROM ${table}`, [], { ...mine, userId: newId() })).toEqual([]);
	});

	it('reads no credential by a function that is for the other', async () => {
		const result = await tryOut('SELECT $1::text AS organization_id FROM find_api_key($1)', ['A'.repeat(12)]);
		expect(result).toEqual(variable === 'DATABASE_URL' ? [] : FORBIDDEN);
		const claimed = await tryOut(`SELECT organization_id FROM claim_outbox(0, interval '1 second')`);
		expect(claimed).toEqual(variable === 'DATABASE_URL' ? FORBIDDEN : []);
	});
});

it('leaves the rows of others as they were', async () => {
	for (const [table] of tenantRows(theirs).filter(([name]) => tables.includes(name))) {
		const rows = await asOwner(`SELECT 1 FROM ${table} WHERE organization_id = $1`, [theirs.organizationId]);
		expect({ table, rows: rows.length }).toEqual({ table, rows: 1 });
	}
});
