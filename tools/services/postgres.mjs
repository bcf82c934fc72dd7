import { spawn } from 'node:child_process';
import {
	chownSync,
	closeSync,
	existsSync,
	mkdirSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { isRoot, unprivileged } from './layout.mjs';
import { choosePort } from './ports.mjs';
import { postgresProgram } from './postgres-program.mjs';
import { commandLine, exists, processStamp, run, until } from './processes.mjs';

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
const dataOf = (dir) => join(dir, 'pg');
const logOf = (dir) => join(dir, 'postgres.log');

/** Pid of the PostgreSQL that runs on this folder's data, else 0. Its pid file may name another program after a crash. */
export function postgresPid(dir) {
	const pid = Number(read(join(dataOf(dir), 'postmaster.pid')).split('\n')[0]);
	return pid > 0 && processStamp(pid) && commandLine(pid).includes(dataOf(dir)) ? pid : 0;
}
const portOf = (dir) => Number(read(join(dataOf(dir), 'postmaster.pid')).split('\n')[3]);

// pg_trgm and lower() know letters beyond ASCII only with a UTF-8 locale; not every system has the first one.
const LOCALES = ['C.UTF-8', 'C.utf8', 'en_US.UTF-8'];

async function initialise(dir, bin, { credentials, durable, signal, say }) {
	const fresh = join(dir, 'pg.new');
	const passwordFile = join(dir, 'password');
	say('creating the database cluster …');
	for (const locale of LOCALES) {
		rmSync(fresh, { recursive: true, force: true });
		mkdirSync(fresh, { mode: 0o700 });
		writeFileSync(passwordFile, `${credentials.superuser}\n`, { mode: 0o600 });
		const { uid, gid } = unprivileged();
		if (isRoot) for (const path of [fresh, passwordFile]) chownSync(path, uid, gid);
		const args = ['-D', fresh, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', passwordFile, '-E', 'UTF8'];
		const { code, stdout, stderr } = await run(
			join(bin, 'initdb'),
			[...args, `--locale=${locale}`, ...(durable ? [] : ['--no-sync'])],
			{ ...unprivileged(), cwd: dir, env: { ...process.env, LC_ALL: 'C' }, signal },
		).finally(() => rmSync(passwordFile, { force: true }));
		if (code === 0) return renameSync(fresh, dataOf(dir)); // whole or not at all: initdb writes PG_VERSION early
		writeFileSync(join(dir, 'initdb.log'), stdout + stderr);
		rmSync(fresh, { recursive: true, force: true });
		if (!/invalid locale/.test(stderr)) throw initialiseFailure(stderr, dir);
	}
	throw initialiseFailure(`no locale of ${LOCALES.join(', ')} is installed`, dir);
}
function initialiseFailure(stderr, dir) {
	const cause =
		stderr
			.trim()
			.split('\n')
			.findLast((line) => /error|FATAL|could not|No space/i.test(line)) ?? stderr.trim();
	const remedy = /no space/i.test(stderr)
		? `free some space on the disk of ${dir}`
		: /locale/.test(stderr)
			? 'install a UTF-8 locale (apt install locales-all), or set DATABASE_URL'
			: 'read the log; or set DATABASE_URL to a database of yours';
	return new Failure(`initdb failed: ${cause}`, remedy, { log: join(dir, 'initdb.log') });
}

function checkVersion(dir, major, say) {
	const before = read(join(dataOf(dir), 'PG_VERSION')).trim();
	if (!before || before === String(major)) return;
	let kept = `${dataOf(dir)}-${before}`;
	for (let i = 2; existsSync(kept); i++) kept = `${dataOf(dir)}-${before}-${i}`;
	renameSync(dataOf(dir), kept);
	say(`the data of PostgreSQL ${before} is kept in ${kept}; version ${major} starts empty`);
}

function launch(dir, bin, port, durable) {
	const settings = [
		'listen_addresses=127.0.0.1',
		'unix_socket_directories=',
		'max_connections=200',
		'shared_buffers=128MB',
		'log_timezone=UTC',
		'timezone=UTC',
	];
	// never synchronous_commit: it loses acknowledged commits. Autovacuum is a superuser's process, which would keep an owner
	// from dropping a database WITH (FORCE).
	if (!durable) settings.push('fsync=off', 'full_page_writes=off', 'autovacuum=off');
	const out = openSync(logOf(dir), 'w', 0o600);
	const args = ['-D', dataOf(dir), '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
	const server = spawn(join(bin, 'postgres'), args, {
		...unprivileged(),
		cwd: dir,
		detached: true,
		stdio: ['ignore', out, out],
	});
	closeSync(out);
	const state = { pid: server.pid, ended: undefined };
	server.once('error', (error) => (state.ended = error.message));
	server.once('exit', (code, by) => (state.ended ??= `ended (${code ?? by})`));
	server.unref();
	return state;
}

/** Resolves 'ready', or why it ended although another attempt may succeed: 'taken' (the port), 'busy' (its predecessor). */
async function outcome(dir, state, client, signal) {
	const accepts = async () => {
		if (state.ended) return true;
		const probe = client();
		try {
			await probe.connect();
			return true;
		} catch (error) {
			if (error.code === '28P01') throw lostPassword(dir);
			return false; // not yet: refused, or 57P03 while it recovers
		} finally {
			await probe.end().catch(() => {});
		}
	};
	if ((await until(accepts, 60_000, { signal })) && !state.ended) return 'ready';
	const text = read(logOf(dir)).trim();
	if (/Address already in use/.test(text)) return 'taken';
	if (/pre-existing shared memory block/.test(text)) return 'busy';
	const cause =
		text.split('\n').findLast((line) => /FATAL|PANIC|ERROR/.test(line)) ?? state.ended ?? 'no answer in 60 s';
	throw new Failure(
		`PostgreSQL does not start: ${cause}`,
		/No space left/.test(text)
			? `free some space on the disk of ${dir}`
			: 'read the log; or set DATABASE_URL to a database of yours',
		{ log: logOf(dir) },
	);
}
const lostPassword = (dir) =>
	new Failure(
		`the password of the database cluster in ${dataOf(dir)} is not the one in ${join(dir, 'credentials.json')}`,
		'restore that file, or give the data up: npm run services remove',
	);

/** The owner of the product's database: may create databases and roles, and is no superuser. */
async function ensureOwner(client, password) {
	const admin = client();
	await admin.connect();
	try {
		const { rows } = await admin.query(
			`select (select count(*) from pg_roles where rolname = 'parallama') as role,
			        (select count(*) from pg_database where datname = 'parallama') as database`,
		);
		const secret = admin.escapeLiteral(password);
		if (rows[0].role === '0') await admin.query(`create role parallama login createrole createdb password ${secret}`);
		if (rows[0].database === '0') await admin.query('create database parallama owner parallama');
	} finally {
		await admin.end();
	}
}

/** Whether processes are attached to the shared memory block of a PostgreSQL that has ended (Linux). */
function hasOrphans(pidFile) {
	const id = read(pidFile).split('\n')[6]?.trim().split(/\s+/)[1];
	const row = read('/proc/sysvipc/shm')
		.split('\n')
		.map((line) => line.trim().split(/\s+/))
		.find((fields) => fields[1] === id);
	return Number(row?.[6] ?? 0) > 0;
}

/**
 * After a crash the number in the pid file may be another program's, or that of a zombie that nobody reaps (containers
 * without an init); PostgreSQL would take either for a living twin. It does the check for orphans only with that file.
 */
async function dropStrangersPid(dir, signal) {
	const file = join(dataOf(dir), 'postmaster.pid');
	if (!exists(Number(read(file).split('\n')[0]))) return;
	if (await until(() => !hasOrphans(file), 10_000, { signal })) rmSync(file, { force: true });
}

async function startOn(dir, port, client, { bin, durable, signal }) {
	await dropStrangersPid(dir, signal);
	const state = launch(dir, bin, port, durable);
	try {
		return await outcome(dir, state, client, signal);
	} catch (error) {
		if (!state.ended && state.pid) process.kill(state.pid, 'SIGQUIT');
		await until(() => state.ended, 10_000);
		throw error;
	}
}

async function start(dir, clientAt, options) {
	const { bin, major } = await postgresProgram(options.say);
	checkVersion(dir, major, options.say);
	if (!existsSync(dataOf(dir))) await initialise(dir, bin, options);
	const portFile = join(dir, 'postgres.port');
	let remembered = Number(read(portFile));
	for (let attempt = 0; attempt < 40; attempt++) {
		const port = await choosePort(`pg ${dir} ${attempt}`, remembered);
		const result = await startOn(dir, port, () => clientAt(port), { ...options, bin });
		if (result === 'ready') {
			writeFileSync(portFile, String(port));
			return port;
		}
		remembered = result === 'busy' ? port : 0; // 'taken': between our test and its start by another program
		await until(() => false, 250, { every: 250, signal: options.signal });
	}
	throw new Failure('PostgreSQL does not start: processes of an earlier run still hold its data', 'end them', {
		log: logOf(dir),
	});
}

/** Starts PostgreSQL on the folder's data where it does not run yet. Resolves its port. */
export async function startPostgres(dir, options) {
	const { default: pg } = await import('pg');
	const { superuser, owner } = options.credentials;
	const clientAt = (port) =>
		new pg.Client({
			host: '127.0.0.1',
			port,
			user: 'postgres',
			password: superuser,
			database: 'postgres',
			connectionTimeoutMillis: 5000,
			ssl: false,
		});
	const running = postgresPid(dir) && portOf(dir);
	if (running) await outcome(dir, {}, () => clientAt(running), options.signal);
	const port = running || (await start(dir, clientAt, options));
	await ensureOwner(() => clientAt(port), owner);
	return port;
}

/** Ends sessions and stops; after `patience` milliseconds at once (the next start then recovers from its log). */
export async function stopPostgres(dir, patience = 20_000) {
	const pid = postgresPid(dir);
	if (!pid) return;
	const gone = () => !processStamp(pid);
	for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL']) {
		try {
			process.kill(pid, signal);
		} catch {
			return;
		}
		if (await until(gone, patience)) return;
	}
}
