// Programs unpacked once per user and version into /var/tmp, shared by all checkouts.
import { chmodSync, lstatSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isRoot, sharedPath } from './layout.mjs';

/** Ours, and not writable by anybody else: what lies there will be executed. */
const isOurs = (path) => {
	const stat = lstatSync(path, { throwIfNoEntry: false });
	return stat?.isDirectory() && stat.uid === process.getuid() && (stat.mode & 0o022) === 0;
};

/** Finished folders `<name>-<uid>-<version>`, newest version first. */
export function published(name) {
	const prefix = `${sharedPath(name)}-`;
	return readdirSync(dirname(prefix))
		.filter((entry) => entry.startsWith(basename(prefix)))
		.map((entry) => join(dirname(prefix), entry))
		.filter(isOurs)
		.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
}

/** Lets `fill(folder)` make the content and return its version, then puts it in place in one step. Returns its path. */
export async function publish(name, fill, works) {
	const temporary = mkdtempSync(`${sharedPath(name)}.tmp-`); // mode 0700, a name nobody can have taken
	try {
		if (isRoot) chmodSync(temporary, 0o755); // "nobody" runs what is in there
		const target = `${sharedPath(name)}-${await fill(temporary)}`;
		try {
			renameSync(temporary, target);
			return target;
		} catch (error) {
			if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
		}
		if (works(target)) return target; // another process was faster
		rmSync(target, { recursive: true, force: true }); // damaged
		renameSync(temporary, target);
		return target;
	} finally {
		rmSync(temporary, { recursive: true, force: true });
	}
}
