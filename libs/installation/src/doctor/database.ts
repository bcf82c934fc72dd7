import type { Config } from '#libs/config';
import { migrationStatus, refusePowerfulRole, withConnection } from '#libs/database';
import { type Finding, ok, problem, reasonOf, skipped, warning } from './finding.js';

const OLDEST_VERSION = 160_000;
const CLOCK_LIMIT_MS = 2_000;
const STUCK_MINUTES = 10;
const applicationName = 'parallama-doctor';

interface Facts {
	readonly version: string;
	readonly number: number;
	readonly encoding: string;
	readonly now: Date;
	readonly stuck: number | null;
	readonly failed: number | null;
}

/** PostgreSQL as the owner sees it: version, encoding, clock, migrations, jobs. */
export async function examineDatabase(config: Config): Promise<Finding[]> {
	const url = config.database.DATABASE_MIGRATION_URL;
	if (url === undefined)
		return [skipped('postgres', 'DATABASE_MIGRATION_URL is not set: only its owner can look at all of it')];
	try {
		return await withConnection({ url, applicationName }, async (source) => {
			const pending = (await migrationStatus(source)).filter(({ isApplied }) => !isApplied);
			const jobs =
				pending.length > 0
					? 'NULL::int AS stuck, NULL::int AS failed'
					: `(SELECT count(*)::int FROM outbox WHERE status = 'pending' AND created_at < now() - interval '${STUCK_MINUTES} minutes') AS stuck,
						(SELECT count(*)::int FROM outbox WHERE status = 'failed') AS failed`;
			const [facts] = await source.query<Facts[]>(
				`SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
					current_setting('server_encoding') AS encoding, clock_timestamp() AS now, ${jobs}`,
			);
			return facts === undefined
				? []
				: [...ofServer(facts), ofMigrations(pending.map(({ name }) => name)), ...ofJobs(facts)];
		});
	} catch (error) {
		return [
			problem('postgres', reasonOf(error), 'is it running, and is DATABASE_MIGRATION_URL its address and login?'),
		];
	}
}

function ofServer({ version, number, encoding, now }: Facts): Finding[] {
	const offMs = Math.abs(Date.now() - now.getTime());
	return [
		number >= OLDEST_VERSION
			? ok('postgres', `version ${version}`)
			: problem('postgres', `version ${version}`, 'PostgreSQL 16 or newer is needed'),
		encoding === 'UTF8'
			? ok('encoding', encoding)
			: problem(
					'encoding',
					encoding,
					'make the database anew with ENCODING UTF8: others cannot hold what people write',
				),
		offMs <= CLOCK_LIMIT_MS
			? ok('clock of postgres', 'as here')
			: warning('clock of postgres', `${Math.round(offMs / 1_000)} s off`, 'let both machines keep time by NTP'),
	];
}

function ofMigrations(pending: readonly string[]): Finding {
	if (pending.length === 0) return ok('migrations', 'all applied');
	return problem('migrations', `${pending.length} are missing, the first is ${pending[0]}`, 'parallama db migrate');
}

function ofJobs({ stuck, failed }: Facts): Finding[] {
	if (stuck === null || failed === null) return [skipped('jobs', 'there is no schema yet')];
	return [
		stuck === 0
			? ok('jobs that wait', `none longer than ${STUCK_MINUTES} minutes`)
			: problem(
					'jobs that wait',
					`${stuck} for more than ${STUCK_MINUTES} minutes`,
					'is a worker running, and does it reach Redis?',
				),
		failed === 0
			? ok('jobs that were given up', 'none')
			: warning('jobs that were given up', String(failed), 'parallama jobs list --state failed, then jobs retry'),
	];
}

const roles = { DATABASE_URL: 'parallama_app', DATABASE_WORKER_URL: 'parallama_worker' } as const;

/** The logins of api and worker: each needs its group's rights, and no more. */
export async function examineRoles(config: Config): Promise<Finding[]> {
	return Promise.all(
		Object.entries(roles).map(async ([variable, group]) => {
			const url = config.database[variable as keyof typeof roles];
			const check = `login of ${variable}`;
			if (url === undefined) return skipped(check, `${variable} is not set here`);
			try {
				return await withConnection({ url, applicationName }, async (source) => {
					await refusePowerfulRole(source, variable);
					const [row] = await source.query<{ name: string; is_member: boolean }[]>(
						'SELECT current_user AS name, pg_has_role(current_user, $1, $2) AS is_member',
						[group, 'USAGE'],
					);
					return row?.is_member === true
						? ok(check, `"${row.name}" is a member of ${group} alone`)
						: problem(
								check,
								`"${row?.name}" has not the rights of ${group}`,
								`parallama db logins, or GRANT ${group} TO "${row?.name}"`,
							);
				});
			} catch (error) {
				return problem(check, reasonOf(error), 'parallama db logins makes the logins that the two URLs name');
			}
		}),
	);
}
