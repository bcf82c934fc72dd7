import { randomInt } from 'node:crypto';
import net from 'node:net';
import { Failure } from '../services/failure.mjs';
import { isFree } from '../services/ports.mjs';
import { portSetting } from './settings.mjs';

const MANAGEMENT = 9464;

/** A free port nobody else is likely to try at this moment; below the range of outgoing connections. */
async function freePort(host, ...taken) {
	for (let i = 0; i < 200; i++) {
		const port = randomInt(10_000, 32_000);
		if (!taken.includes(port) && (await isFree(port, host))) return port;
	}
	throw new Failure('no free port was found in 200 tries', 'end some servers on this machine');
}

/** @param port a port that turned out to be taken, of whichever of our settings */
export const portTaken = (port, { name = 'PORT' } = {}) =>
	new Failure(
		`port ${port} is in use by another program`,
		`end that program, or choose another port: ${name}=${port < 65_535 ? port + 1 : 8001} npm run up`,
	);

async function publicPort(get, host) {
	const wanted = portSetting(get, 'PORT') ?? 8000;
	if (wanted === 0) return freePort(host);
	if (wanted < 1024 && process.getuid?.() !== 0 && !(await isFree(wanted, host)))
		throw new Failure(`port ${wanted} is in use or reserved for root`, 'choose another port: PORT=8000 npm run up');
	if (!(await isFree(wanted, host))) throw portTaken(wanted);
	return wanted;
}

/**
 * Held while api and worker start on the default management ports. Checkouts that start at the same moment would all find
 * them free, and each might take the other's readiness for its own. A socket, since it ends with its process.
 */
function holdDefaults() {
	return new Promise((done) => {
		const guard = net.createServer((socket) => socket.destroy());
		guard.once('error', () => done(undefined));
		guard.listen({ port: MANAGEMENT - 1, host: '127.0.0.1', exclusive: true }, () => done(() => guard.close()));
	});
}

/** Both default ports, or both free ones; those of a given MANAGEMENT_PORT must be free. */
async function managementPorts(get, host, port) {
	const given = portSetting(get, 'MANAGEMENT_PORT');
	const firstTaken = async (...ports) => {
		for (const candidate of ports) if (candidate === port || !(await isFree(candidate, host))) return candidate;
		return undefined;
	};
	if (given) {
		const taken = await firstTaken(given, given + 1);
		if (taken === undefined) return { api: given, worker: given + 1, settled: () => {} };
		throw new Failure(
			`port ${taken} is in use (MANAGEMENT_PORT=${given} takes ${given} and ${given + 1})`,
			'choose another one, or leave MANAGEMENT_PORT out',
		);
	}
	const settled = given === undefined ? await holdDefaults() : undefined;
	if (settled) {
		if ((await firstTaken(MANAGEMENT, MANAGEMENT + 1)) === undefined)
			return { api: MANAGEMENT, worker: MANAGEMENT + 1, settled };
		settled();
	}
	const api = await freePort(host, port);
	return { api, worker: await freePort(host, port, api), settled: () => {} };
}

const asHost = (host) => (host.includes(':') ? `[${host}]` : host);

/**
 * Where api and worker will listen.
 * @returns {host, port, management: {api, worker, settled}, url, managementUrl, workerManagementUrl, publicUrl};
 *   settled() is to be called once both listen, or never will
 */
export async function chooseAddresses(get) {
	const host = get('HOST') ?? '127.0.0.1';
	const port = await publicPort(get, host);
	const management = await managementPorts(get, host, port);
	const reachable = asHost({ '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host);
	const url = `http://${reachable}:${port}`;
	return {
		host,
		port,
		management,
		url,
		managementUrl: `http://${reachable}:${management.api}`,
		workerManagementUrl: `http://${reachable}:${management.worker}`,
		publicUrl: get('PUBLIC_URL') ?? url,
	};
}

/** Before anything slow begins: fails when the public port cannot be had. */
export const checkPort = async (get) => void (await publicPort(get, get('HOST') ?? '127.0.0.1'));
