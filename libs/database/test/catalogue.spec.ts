import { beforeAll, describe, expect, it } from '@jest/globals';
import { definerNames } from '#libs/database';
import { asOwner, freshDatabase } from '#libs/testing';

/** Who runs in production. */
const processes = ['parallama_app', 'parallama_worker'];

beforeAll(freshDatabase);

const namesOf = async (sql: string, parameters: unknown[] = []): Promise<string[]> =>
	(await asOwner<{ name: string }>(sql, parameters)).map(({ name }) => name);

const OURS = `c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')`;

describe('tables', () => {
	it('all have row-level security and a policy, when they hold rows of organizations', async () => {
		const bare = `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
			WHERE ${OURS} AND NOT c.relispartition AND NOT a.attisdropped`;
		expect((await namesOf(bare)).length).toBeGreaterThan(10);
		expect(await namesOf(`${bare} AND NOT c.relrowsecurity`)).toEqual([]);
		expect(await namesOf(`${bare} AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)`)).toEqual([]);
		const both = `SELECT c.relname AS name FROM pg_class c WHERE ${OURS} AND c.relname IN ('organizations', 'users')
			AND c.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)`;
		expect((await namesOf(both)).toSorted()).toEqual(['organizations', 'users']);
	});

	it('have the organization first in the primary key, when they hold rows of organizations', async () => {
		const rows = await asOwner<{ name: string; columns: string[] }>(
			`SELECT c.relname AS name, ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY k(n, at)
				JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.n ORDER BY k.at) AS columns
			FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
			WHERE ${OURS} AND NOT c.relispartition AND EXISTS
				(SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id')`,
		);
		// a session moves between organizations; the ledger's key must hold its day
		const otherwise = rows.filter(({ columns }) => columns[0] !== 'organization_id').map(({ name }) => name);
		expect(otherwise.toSorted()).toEqual(['refresh_tokens', 'sessions', 'usage_events']);
	});

	it('have partitions that api and worker cannot reach past the policies of the whole', async () => {
		const partitions = `SELECT c.relname AS name FROM pg_class c WHERE ${OURS} AND c.relispartition`;
		expect((await namesOf(partitions)).length).toBeGreaterThan(0);
		const reachable = `${partitions} AND EXISTS (SELECT FROM unnest($1::text[]) r, unnest($2::text[]) p
			WHERE has_table_privilege(r, c.oid, p))`;
		expect(await namesOf(reachable, [processes, ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']])).toEqual([]);
	});

	it('cannot be emptied or referred to by api and worker, and PUBLIC has no right at all', async () => {
		const all = `SELECT c.relname AS name FROM pg_class c WHERE ${OURS}`;
		const beyond = `${all} AND EXISTS (SELECT FROM unnest($1::text[]) r, unnest($2::text[]) p WHERE has_table_privilege(r, c.oid, p))`;
		expect(await namesOf(beyond, [processes, ['TRUNCATE', 'REFERENCES', 'TRIGGER']])).toEqual([]);
		expect(await namesOf(`${all} AND EXISTS (SELECT FROM aclexplode(c.relacl) x WHERE x.grantee = 0)`)).toEqual([]);
	});

	it('of the ledger take no writes of api or worker', async () => {
		const [row] = await asOwner<{ writes: boolean }>(
			`SELECT bool_or(has_table_privilege(r, 'usage_events', p)) AS writes FROM unnest($1::text[]) r, unnest($2::text[]) p`,
			[processes, ['INSERT', 'UPDATE', 'DELETE']],
		);
		expect(row?.writes).toBe(false);
	});
});

describe('roles', () => {
	it('of api and worker own nothing and have no power', async () => {
		const owned = await asOwner(
			`SELECT c.relname AS name FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = ANY ($1)
			UNION ALL SELECT f.proname FROM pg_proc f JOIN pg_roles r ON r.oid = f.proowner WHERE r.rolname = ANY ($1)
			UNION ALL SELECT n.nspname FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner WHERE r.rolname = ANY ($1)`,
			[processes],
		);
		expect(owned).toEqual([]);
		const powerful = `SELECT rolname AS name FROM pg_roles WHERE rolname = ANY ($1)
			AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR rolcanlogin)`;
		expect(await namesOf(powerful, [[...processes, 'parallama_definer']])).toEqual([]);
	});

	it('of api and worker are no members of the one that crosses tenants, and make nothing in the schema', async () => {
		const [row] = await asOwner<{ member: boolean; creates: boolean }>(
			`SELECT bool_or(pg_has_role(r, 'parallama_definer', 'MEMBER')) AS member,
				bool_or(has_schema_privilege(r, 'public', 'CREATE')) AS creates FROM unnest($1::text[]) r`,
			[processes],
		);
		expect(row).toEqual({ member: false, creates: false });
	});
});

describe('functions', () => {
	const definers = `FROM pg_proc f WHERE f.pronamespace = 'public'::regnamespace AND f.prosecdef`;

	it('that cross tenants are exactly the listed ones', async () => {
		expect((await namesOf(`SELECT f.proname AS name ${definers}`)).toSorted()).toEqual([...definerNames].toSorted());
	});

	it('that cross tenants belong to a role that nobody logs in as, with a fixed search path', async () => {
		const rows = await asOwner<{ name: string; owner: string; config: string[] }>(
			`SELECT f.proname AS name, f.proowner::regrole::text AS owner, f.proconfig AS config ${definers}`,
		);
		for (const { name, owner, config } of rows)
			expect({ name, owner, config }).toEqual({
				name,
				owner: 'parallama_definer',
				config: ['search_path=pg_catalog, public, pg_temp'],
			});
	});

	it('that cross tenants are not for PUBLIC', async () => {
		const open = `SELECT f.proname AS name ${definers} AND (f.proacl IS NULL OR EXISTS
			(SELECT FROM aclexplode(f.proacl) x WHERE x.grantee = 0))`;
		expect(await namesOf(open)).toEqual([]);
	});

	it('all have a fixed search path', async () => {
		const loose = `SELECT f.proname AS name FROM pg_proc f WHERE f.pronamespace = 'public'::regnamespace AND f.prokind <> 'a'
			AND NOT EXISTS (SELECT FROM unnest(f.proconfig) c WHERE c LIKE 'search_path=pg_catalog%')
			-- functions of extensions are not ours
			AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = f.oid AND d.deptype = 'e')`;
		expect(await namesOf(loose)).toEqual([]);
	});
});
