import { Failure } from '../services/failure.mjs';
import { knock } from '../services/ports.mjs';

const place = (url) => {
	const { hostname, port, pathname } = new URL(url);
	return `${hostname}:${port || 5432}${pathname}`;
};

/** What PostgreSQL said about a DATABASE_URL, as cause and remedy. */
function explain(error, url) {
	const at = place(url);
	const { username, pathname } = new URL(url);
	const database = pathname.slice(1);
	const known = {
		ECONNREFUSED: [
			'nothing listens there',
			'start that PostgreSQL, or unset DATABASE_URL: then one is started for you',
		],
		ENOTFOUND: ['that host is unknown', 'correct the host name in DATABASE_URL'],
		EAI_AGAIN: ['that host is unknown', 'correct the host name in DATABASE_URL'],
		ETIMEDOUT: ['no answer', 'check the host, the port and firewalls'],
		'28P01': ['the password is wrong', 'correct the user or password in DATABASE_URL'],
		28000: ['the server does not let this user in', 'check pg_hba.conf and the user in DATABASE_URL'],
		'3D000': [`there is no database "${database}"`, `create it: createdb -O ${username} ${database}`],
		53300: ['the server has no connection left', 'end some of its clients or raise max_connections'],
	}[error.code];
	const timeout = /timeout/i.test(error.message) && ['no answer in 10 s', 'check the host, the port and firewalls'];
	const [cause, remedy] = known ||
		timeout || [error.message, 'correct DATABASE_URL, or unset it: then PostgreSQL is started for you'];
	return new Failure(`DATABASE_URL (${at}): ${cause}`, remedy);
}

async function connected(url, work) {
	const { default: pg } = await import('pg');
	let client;
	try {
		client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
		await client.connect();
	} catch (error) {
		throw explain(error, url);
	}
	client.on('error', () => {});
	try {
		return await work(client);
	} finally {
		await client.end().catch(() => {});
	}
}

/** A given DATABASE_URL: can it be reached, and may its user do what an owner does? */
export async function checkOwner(url) {
	if (!/^postgres(ql)?:\/\/./.test(url) || !URL.canParse(url))
		throw new Failure('DATABASE_URL is no postgres:// URL', 'postgres://owner:password@host:5432/database');
	await connected(url, async (client) => {
		const { rows } = await client.query(
			`select current_user as name, rolsuper or rolcreaterole as "mayCreateRoles",
			        has_database_privilege(current_database(), 'CREATE') as "mayCreate", current_database() as database
			   from pg_roles where rolname = current_user`,
		);
		const { name, mayCreateRoles, mayCreate, database } = rows[0];
		if (!mayCreateRoles)
			throw new Failure(
				`the user of DATABASE_URL, "${name}", may not create the roles that api and worker log in with`,
				`as a superuser: ALTER ROLE "${name}" CREATEROLE`,
			);
		if (!mayCreate)
			throw new Failure(
				`the user of DATABASE_URL, "${name}", may not create anything in the database "${database}"`,
				`as its owner: GRANT CREATE ON DATABASE "${database}" TO "${name}"`,
			);
	});
}

/** A given REDIS_URL: does anything listen there? */
export async function checkRedis(url) {
	if (!/^rediss?:\/\/./.test(url) || !URL.canParse(url))
		throw new Failure('REDIS_URL is no redis:// URL', 'redis://[:password@]host:6379');
	const { hostname, port } = new URL(url);
	const error = await knock(Number(port || 6379), hostname.replace(/^\[|\]$/g, ''), 10_000);
	if (error)
		throw new Failure(
			`REDIS_URL (${hostname}:${port || 6379}): ${error.code === 'ECONNREFUSED' ? 'nothing listens there' : error.message}`,
			'start that Redis, or unset REDIS_URL: then one is started for you',
		);
}

async function ensureLogin(client, { name, password, group }) {
	const [role, secret] = [client.escapeIdentifier(name), client.escapeLiteral(password)];
	const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name]);
	if (rowCount === 0) {
		const bounds = 'nosuperuser nobypassrls nocreatedb nocreaterole';
		await client.query(`create role ${role} login ${bounds} password ${secret} in role ${group}`);
		return;
	}
	await client.query(`alter role ${role} login password ${secret}`);
	const { rows } = await client.query('select pg_has_role($1, $2, $3) as member', [name, group, 'member']);
	if (!rows[0].member) await client.query(`grant ${group} to ${role}`);
}

/** Logins for api and worker, members of the group roles that the migrations made. Returns their URLs. */
export async function ensureLogins(ownerUrl, logins) {
	await connected(ownerUrl, async (client) => {
		try {
			for (const login of Object.values(logins)) await ensureLogin(client, login);
		} catch (error) {
			throw new Failure(
				`the database logins of api and worker could not be made: ${error.message}`,
				error.code === '42501'
					? 'the roles of this database server belong to another owner: as a superuser, GRANT parallama_app, parallama_worker TO the user of DATABASE_URL WITH ADMIN OPTION'
					: undefined,
			);
		}
	});
	const as = ({ name, password }) => Object.assign(new URL(ownerUrl), { username: name, password }).href;
	return { app: as(logins.app), worker: as(logins.worker) };
}
