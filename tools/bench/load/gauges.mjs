import { readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** Seconds of CPU that a process has used, all its threads. */
export function processSeconds(pid) {
	const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Busy seconds of a core, without interrupts (which belong to nobody) and with what a hypervisor took. */
function coreSeconds(core) {
	const line = readFileSync('/proc/stat', 'latin1')
		.split('\n')
		.find((text) => text.startsWith(`cpu${core} `));
	const [user, nice, system, , , , , steal] = line.split(' ').slice(1).map(Number);
	return (user + nice + system + steal) / TICKS_PER_SECOND;
}

/** Resident bytes. */
export function residentBytes(pid) {
	const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
	return Number(kib[1]) * 1_024;
}

/** Starts to watch; the returned function gives what was used since, as shares of one core and seconds. */
export function watch({ candidatePid, candidateCore, loadCore, upstreamPid }) {
	const read = () => ({
		at: performance.now() / 1_000,
		candidate: processSeconds(candidatePid),
		core: coreSeconds(candidateCore),
		loadCore: coreSeconds(loadCore),
		upstream: processSeconds(upstreamPid),
		own: process.cpuUsage(),
	});
	const before = read();
	return () => {
		const after = read();
		const seconds = after.at - before.at;
		const candidate = after.candidate - before.candidate;
		const own = process.cpuUsage(before.own);
		return {
			seconds,
			candidateSeconds: candidate,
			othersShare: Math.max(0, (after.core - before.core - candidate) / seconds),
			loadCoreShare: (after.loadCore - before.loadCore) / seconds,
			upstreamSeconds: after.upstream - before.upstream,
			loadSeconds: (own.user + own.system) / 1e6,
		};
	};
}
