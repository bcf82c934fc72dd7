import { createHash } from 'node:crypto';
import net from 'node:net';
import { Failure } from './failure.mjs';

/** Binding is the only test: the number may be in use as the local end of an outgoing connection. */
export const isFree = (port, host = '127.0.0.1') =>
	new Promise((done) => {
		const server = net.createServer();
		server.once('error', () => done(false));
		server.listen({ port, host, exclusive: true }, () => server.close(() => done(true)));
	});

/** Resolves with undefined when something answers at host:port, else with the error. */
export const knock = (port, host = '127.0.0.1', limit = 2000) =>
	new Promise((done) => {
		const socket = net.connect({ port, host });
		const end = (error) => {
			socket.destroy();
			done(error);
		};
		socket.setTimeout(limit, () => end(new Error('no answer')));
		socket.once('connect', () => end());
		socket.once('error', end);
	});

// Below 32768, from where on Linux takes the local ports of outgoing connections.
const FIRST = 20_000;
const COUNT = 12_000;

/** The remembered port if it is free, else the first free one from a place that depends on `key`, so that checkouts differ. */
export async function choosePort(key, remembered) {
	if (remembered && (await isFree(remembered))) return remembered;
	const start = createHash('sha256').update(key).digest().readUInt32BE() % COUNT;
	for (let i = 0; i < 500; i++) {
		const port = FIRST + ((start + i) % COUNT);
		if (await isFree(port)) return port;
	}
	throw new Failure(`no free port among 500 from ${FIRST + start}`, 'end some servers on this machine');
}
