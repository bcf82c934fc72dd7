/** How every migration after the first says its tenant tables and definer functions. Frozen: what ran must not change. */

/** After a transaction the setting is '' instead of absent, hence nullif: no tenant, no rows. */
const TENANT = `nullif(current_setting('app.organization_id', true), '')::uuid`;
const own = `organization_id = ${TENANT}`;

export interface TenantTable {
	readonly table: string;
	/** Rights of the api's role, in SQL. */
	readonly app: string;
	/** Rights of the worker's role. */
	readonly worker: string;
	/** Rights of the functions that cross tenants; none by default. */
	readonly definer?: string;
}

/** Row-level security and grants of a table with an organization: each process sees the rows of the one that is set. */
export const isolated = ({ table, app, worker, definer }: TenantTable): string[] => [
	`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
	`CREATE POLICY tenant ON ${table} TO parallama_app, parallama_worker USING (${own}) WITH CHECK (${own})`,
	`GRANT ${app} ON ${table} TO parallama_app`,
	`GRANT ${worker} ON ${table} TO parallama_worker`,
	...(definer === undefined ? [] : crossed(table, definer)),
];

/** Lets the functions that cross tenants at a table. */
export const crossed = (table: string, rights: string): string[] => [
	`CREATE POLICY crossing ON ${table} TO parallama_definer USING (true) WITH CHECK (true)`,
	`GRANT ${rights} ON ${table} TO parallama_definer`,
];

export interface Definer {
	/** Name and named parameters, such as `find_x(p_id uuid, p_n integer)`. */
	readonly signature: string;
	readonly returns: string;
	readonly volatility?: 'STABLE' | 'VOLATILE';
	/** Roles that may call it. */
	readonly callers: string;
	/** PL/pgSQL from `BEGIN` (or `DECLARE`) to `END`. */
	readonly body: string;
}

const nameOf = (signature: string): string => signature.slice(0, signature.indexOf('('));

function typesOf(signature: string): string {
	const list = signature.slice(signature.indexOf('(') + 1, -1);
	const types = list === '' ? [] : list.split(', ').map((parameter) => parameter.split(' ')[1]);
	return `${nameOf(signature)}(${types.join(', ')})`;
}

/** A function that crosses tenants: fixed search path, owned by a role that cannot log in, for the named callers only. */
export const definerFunction = ({ signature, returns, volatility = 'VOLATILE', callers, body }: Definer): string[] => [
	`CREATE FUNCTION ${signature} RETURNS ${returns} LANGUAGE plpgsql ${volatility} SECURITY DEFINER
		SET search_path = pg_catalog, public, pg_temp AS $function$ #variable_conflict use_column
		${body} $function$`,
	`ALTER FUNCTION ${typesOf(signature)} OWNER TO parallama_definer`,
	`REVOKE ALL ON FUNCTION ${typesOf(signature)} FROM PUBLIC`,
	`GRANT EXECUTE ON FUNCTION ${typesOf(signature)} TO ${callers}`,
];

/** Ids of the built-in roles, as the first migration made them. */
const builtIn = { owner: 101, admin: 102, premium: 103, basic: 104, viewer: 105, operator: 106 } as const;
export type BuiltInRole = keyof typeof builtIn;

/** Gives a new permission to built-in roles. */
export const granted = (permission: string, roles: readonly BuiltInRole[]): string[] =>
	roles.map(
		(role) => `INSERT INTO role_permissions VALUES
			('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000${builtIn[role]}', '${permission}')`,
	);
