// DATA_DIR/run.json: who runs on this DATA_DIR, so that a second start is refused and the leftovers of a killed one end.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../services/failure.mjs';
import { locked, me, readJson, writeJson } from '../services/files.mjs';
import { endGroup, isSame } from '../services/processes.mjs';
import { say } from './progress.mjs';

async function endLeftovers(children, patience) {
	const alive = children.filter(isSame);
	if (alive.length === 0) return;
	say(`stopping what an earlier run left behind: ${alive.map(({ name, pid }) => `${name} (${pid})`).join(', ')}`);
	await Promise.all(alive.map((child) => endGroup(child.pid, () => isSame(child), { patience })));
}

/**
 * Claims the folder for this process.
 * @returns {children(list), release()}: records the child processes; gives the folder back
 */
export async function claim(dataDir, { signal, patience }) {
	mkdirSync(dataDir, { recursive: true, mode: 0o700 });
	const file = join(dataDir, 'run.json');
	const self = me();
	await locked(
		join(dataDir, 'run.lock'),
		async () => {
			const before = readJson(file);
			if (before && isSame(before) && before.pid !== process.pid)
				throw new Failure(
					`Parallama already runs on ${dataDir} (process ${before.pid})`,
					`use that one, stop it (kill ${before.pid}), or start a second one: DATA_DIR=.parallama-2 PORT=8001 npm run up`,
				);
			await endLeftovers(before?.children ?? [], patience);
			writeJson(file, self);
		},
		{ signal },
	);
	return {
		children: (list) => writeJson(file, { ...self, children: list }),
		release: () => rmSync(file, { force: true }),
	};
}
