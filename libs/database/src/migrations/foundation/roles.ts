/**
 * Group roles, shared by all databases of a cluster; login roles are members of one of the first two. Two databases of a
 * cluster may be migrated at the same moment, hence the two exceptions.
 */
const role = (name: string): string => `
	DO $$ BEGIN
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${name}') THEN CREATE ROLE ${name} NOLOGIN NOSUPERUSER NOBYPASSRLS; END IF;
	EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
	END $$`;

export const roles: readonly string[] = [
	role('parallama_app'),
	role('parallama_worker'),
	role('parallama_definer'), // owns the functions that may cross tenants; nobody logs in as it
	`DO $$ BEGIN
		IF NOT pg_has_role(current_user, 'parallama_definer', 'SET') THEN EXECUTE format('GRANT parallama_definer TO %I', current_user); END IF;
	EXCEPTION WHEN unique_violation THEN NULL;
	END $$`,
	'REVOKE ALL ON SCHEMA public FROM PUBLIC',
	'GRANT USAGE ON SCHEMA public TO parallama_app, parallama_worker',
	'GRANT USAGE, CREATE ON SCHEMA public TO parallama_definer', // CREATE: it makes the ledger's partitions
];
