import { spawn } from 'node:child_process';
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { isRoot, unprivileged } from './layout.mjs';
import { choosePort } from './ports.mjs';
import { commandLine, processStamp, until } from './processes.mjs';
import { redisProgram } from './redis-program.mjs';

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
const dataOf = (dir) => join(dir, 'redis');
const logOf = (dir) => join(dir, 'redis.log');
const portOf = (dir) => Number(read(join(dir, 'redis.port')));

/** Pid of this folder's Redis, else 0. Redis shows its address as its command line. */
export function redisPid(dir) {
	const pid = Number(read(join(dataOf(dir), 'redis.pid')));
	if (!(pid > 0) || !processStamp(pid)) return 0;
	const command = commandLine(pid);
	return /(redis|valkey)-server/.test(command) && command.includes(`:${portOf(dir)}`) ? pid : 0;
}

/** The answer to AUTH and PING: '+PONG' when it is ready, an error text ('-LOADING …', '-WRONGPASS …'), or ''. */
const ask = (port, password) =>
	new Promise((done) => {
		let text = '';
		const socket = net.connect({ port, host: '127.0.0.1' }, () => socket.write(`AUTH ${password}\r\nPING\r\n`));
		const end = () => {
			socket.destroy();
			done(text.trim().split('\r\n').at(-1));
		};
		socket.setTimeout(2000, end);
		socket.on('error', end).on('close', end);
		socket.on('data', (data) => {
			text += data;
			if (text.split('\r\n').length > 2) end();
		});
	});

function configure(dir, port, password) {
	const data = dataOf(dir);
	mkdirSync(data, { recursive: true, mode: 0o700 });
	const settings = {
		bind: '127.0.0.1',
		port,
		requirepass: password,
		databases: 256, // each test run and jest worker has its own
		appendonly: 'yes',
		appendfsync: 'everysec',
		save: '""',
		'maxmemory-policy': 'noeviction',
		dir: JSON.stringify(data),
		pidfile: JSON.stringify(join(data, 'redis.pid')),
	};
	const file = join(dir, 'redis.conf');
	const text = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
	writeFileSync(file, text.join(''), { mode: 0o600 });
	const { uid, gid } = unprivileged();
	if (isRoot) for (const path of [data, file]) chownSync(path, uid, gid);
	return file;
}

function launch(dir, { path, env }, file) {
	const out = openSync(logOf(dir), 'w', 0o600);
	const options = { cwd: dir, env: { ...process.env, ...env }, detached: true, stdio: ['ignore', out, out] };
	const server = spawn(path, [file], { ...unprivileged(), ...options });
	closeSync(out);
	const state = { pid: server.pid, ended: undefined };
	server.once('error', (error) => (state.ended = error.message));
	server.once('exit', (code, by) => (state.ended ??= `ended (${code ?? by})`));
	server.unref();
	return state;
}

/** Resolves true when it answers, false when it ended because the port was taken. */
async function ready(dir, port, password, { state = {}, signal }) {
	const answers = async () => Boolean(state.ended) || (await ask(port, password)) === '+PONG'; // '-LOADING' for a while
	const came = await until(answers, 60_000, { signal });
	if (came && !state.ended) return true;
	const text = read(logOf(dir)).trim();
	if (/Address already in use/i.test(text)) return false;
	const cause =
		text.split('\n').findLast((line) => /error|fatal|bad file|can't/i.test(line)) ?? state.ended ?? 'no answer in 60 s';
	const full = /No space left/.test(text);
	throw new Failure(
		`Redis does not start: ${cause}`,
		full ? `free some space on the disk of ${dir}` : 'read the log; or set REDIS_URL to a server of yours',
		{ log: logOf(dir) },
	);
}

/** Starts Redis on the folder's data where it does not run yet. Resolves its port. */
export async function startRedis(dir, { credentials, signal, say }) {
	if (redisPid(dir)) {
		await ready(dir, portOf(dir), credentials.redis, { signal });
		return portOf(dir);
	}
	const program = await redisProgram({ say, signal });
	for (let attempt = 0; attempt < 5; attempt++) {
		const port = await choosePort(`redis ${dir} ${attempt}`, attempt === 0 && portOf(dir));
		writeFileSync(join(dir, 'redis.port'), String(port));
		const state = launch(dir, program, configure(dir, port, credentials.redis));
		try {
			if (await ready(dir, port, credentials.redis, { state, signal })) return port;
		} catch (error) {
			if (!state.ended && state.pid) process.kill(state.pid, 'SIGTERM');
			await until(() => state.ended, 10_000);
			throw error;
		}
	}
	throw new Failure('Redis does not start: five ports in a row were taken by others', 'start again', {
		log: logOf(dir),
	});
}

/** Writes its log out and stops. */
export async function stopRedis(dir, patience = 10_000) {
	const pid = redisPid(dir);
	if (!pid) return;
	for (const signal of ['SIGTERM', 'SIGKILL']) {
		try {
			process.kill(pid, signal);
		} catch {
			return;
		}
		if (await until(() => !processStamp(pid), patience)) return;
	}
}
