import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';

interface Process {
	readonly pid: number;
	/** Command line and, where the system shows it, the environment. */
	readonly text: string;
}

const read = (path: string): string => {
	try {
		return readFileSync(path, 'utf8').replaceAll('\0', ' ');
	} catch {
		return ''; // ended meanwhile
	}
};

function processes(): Process[] {
	if (existsSync('/proc/self/environ'))
		return readdirSync('/proc')
			.filter((name) => /^\d+$/.test(name) && !/\) [ZX] /.test(read(`/proc/${name}/stat`)))
			.map((name) => ({
				pid: Number(name),
				text: `${read(`/proc/${name}/cmdline`)} ${read(`/proc/${name}/environ`)}`,
			}));
	const { stdout } = spawnSync('ps', ['-A', '-E', '-o', 'pid=,args='], { encoding: 'utf8', maxBuffer: 1 << 26 });
	return stdout.split('\n').map((line) => ({ pid: Number.parseInt(line, 10), text: line }));
}

/** Live processes that were started with one of these texts in their command line or environment. */
export const processesWith = (texts: readonly string[]): Process[] =>
	processes().filter(({ pid, text }) => pid !== process.pid && texts.some((part) => text.includes(part)));

/** Whether anything takes connections there. */
export const listens = (port: number): Promise<boolean> =>
	new Promise((done) => {
		const socket = net.connect({ port, host: '127.0.0.1' });
		const end = (answer: boolean) => {
			socket.destroy();
			done(answer);
		};
		socket.once('connect', () => end(true)).once('error', () => end(false));
	});
