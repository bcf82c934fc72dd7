import { once } from 'node:events';
import { connect } from 'node:net';

export interface RedisWatch {
	/** Commands of clients so far (not those that scripts run), as MONITOR prints them. */
	readonly commands: readonly string[];
	stop(): void;
}

/**
 * Every command that a Redis receives from now on. Reads MONITOR off a plain socket: the driver's own mode takes commands
 * that come in one packet with its confirmation for answers, and breaks.
 */
export async function watchRedis(url: string): Promise<RedisWatch> {
	const { hostname, port, password } = new URL(url);
	const socket = connect(Number(port), hostname).setEncoding('utf8');
	const commands: string[] = [];
	let rest = '';
	let unconfirmed = password === '' ? 1 : 2;
	const confirmed = new Promise<void>((resolve, reject) => {
		socket.on('data', (text) => {
			const lines = (rest + text).split('\r\n');
			rest = lines.pop() ?? '';
			for (const line of lines)
				if (line === '+OK') {
					if (--unconfirmed === 0) resolve();
				} else if (line.startsWith('-')) reject(new Error(line));
				else if (!/^\+[\d.]+ \[\d+ lua\]/.test(line)) commands.push(line.slice(line.indexOf(']') + 2));
		});
	});
	await once(socket, 'connect');
	socket.write(`${password === '' ? '' : `AUTH ${decodeURIComponent(password)}\r\n`}MONITOR\r\n`);
	await confirmed;
	return { commands, stop: () => socket.destroy() };
}
