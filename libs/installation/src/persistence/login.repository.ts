import type { EntityManager } from 'typeorm';
import type { DatabaseLogin } from '../database-login.js';

const BOUNDS = 'LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION';
const TURN = 4_215_002; // one at a time per database

/** Logins of the database server. Its statements take no parameters: PostgreSQL itself quotes what is put in. */
export class LoginRepository {
	constructor(private readonly manager: EntityManager) {}

	async waitForTurn(): Promise<void> {
		await this.manager.query('SELECT pg_advisory_xact_lock($1)', [TURN]);
	}

	/** A member of its group only, with this password. */
	async ensure({ name, password, group }: DatabaseLogin): Promise<void> {
		const [there] = await this.manager.query<{ present: boolean }[]>(
			'SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS present',
			[name],
		);
		if (there?.present) await this.run(`ALTER ROLE %I WITH LOGIN PASSWORD %L`, [name, password]);
		else await this.run(`CREATE ROLE %I WITH ${BOUNDS} PASSWORD %L`, [name, password]);
		const [member] = await this.manager.query<{ is: boolean }[]>(`SELECT pg_has_role($1, $2, 'MEMBER') AS is`, [
			name,
			group,
		]);
		if (!member?.is) await this.run('GRANT %I TO %I', [group, name]);
	}

	private async run(statement: string, parameters: readonly string[]): Promise<void> {
		const places = parameters.map((_, at) => `$${at + 2}::text`).join(', ');
		const [made] = await this.manager.query<{ text: string }[]>(`SELECT format($1::text, ${places}) AS text`, [
			statement,
			...parameters,
		]);
		await this.manager.query(made?.text ?? '');
	}
}
