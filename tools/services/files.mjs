import {
	closeSync,
	fsyncSync,
	linkSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from './failure.mjs';
import { isSame, processStamp } from './processes.mjs';

/** Parsed content, or undefined when there is no such file or it is no JSON. */
export function readJson(file) {
	try {
		return JSON.parse(readFileSync(file, 'utf8'));
	} catch {
		return undefined;
	}
}

function sync(path) {
	const fd = openSync(path, 'r');
	try {
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}

/** Whole or not at all, on disk when this returns, readable by the owner only. */
export function writeAtomic(file, text) {
	const temporary = `${file}.${process.pid}.tmp`;
	const fd = openSync(temporary, 'w', 0o600);
	try {
		writeSync(fd, text);
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
	renameSync(temporary, file);
	sync(dirname(file));
}

export const writeJson = (file, value) => writeAtomic(file, `${JSON.stringify(value, null, '\t')}\n`);

/** This process, for files that say who holds something. */
export const me = () => ({ pid: process.pid, stamp: processStamp(process.pid) });

function tryLock(file) {
	const mine = `${file}.${process.pid}`;
	writeFileSync(mine, JSON.stringify(me()), { mode: 0o600 });
	try {
		linkSync(mine, file);
		return true;
	} catch (error) {
		if (error.code !== 'EEXIST') throw error;
	} finally {
		rmSync(mine, { force: true });
	}
	const holder = readJson(file);
	if (holder && isSame(holder)) return false;
	// Of a dead process. Taken away by rename, so that two who notice it at once do not remove a third one's new lock.
	const stale = `${file}.stale.${process.pid}`;
	try {
		renameSync(file, stale);
	} catch {
		return false;
	}
	if (readJson(stale)?.pid !== holder?.pid) linkSync(stale, file);
	rmSync(stale, { force: true });
	return false;
}

/** Runs `work` while no other process does so under the same lock file. A dead holder's lock is taken over. */
export async function locked(file, work, { signal, onWait = () => {} } = {}) {
	const start = performance.now();
	let told = false;
	while (!tryLock(file)) {
		signal?.throwIfAborted();
		const waited = performance.now() - start;
		if (waited > 2000 && !told) {
			onWait(readJson(file)?.pid);
			told = true;
		}
		if (waited > 300_000)
			throw new Failure(`process ${readJson(file)?.pid} has been holding ${file} for 5 minutes`, 'end that process');
		await sleep(20);
	}
	try {
		return await work();
	} finally {
		rmSync(file, { force: true });
	}
}
