import { commandLine, isSame, parentOf, processStamp } from '../services/processes.mjs';

const SHELL = /^(\S*\/)?(ba|da|z|k|a)?sh -c /;
const RUNNER = /\b(npm|npx|node|pnpm|yarn|bun|(ba|da|z|k|a)?sh)\b/;

/** Those whose death means that nobody wants us any more: our parent, and the npm behind a shell it started us with. */
function guardians() {
	const parent = process.ppid;
	const found = [parent];
	if (process.env.npm_lifecycle_event && SHELL.test(commandLine(parent))) found.push(parentOf(parent));
	return found.filter((pid) => pid > 1).map((pid) => ({ pid, stamp: processStamp(pid) }));
}

/**
 * Calls `gone` once when the parent ends: npm does not pass SIGTERM on, and nothing passes SIGKILL on.
 * @returns a function that stops watching
 */
export function watchParent(gone) {
	const parent = process.ppid;
	const watched = guardians();
	// npm may have ended before we looked: then somebody who is no runner of scripts has adopted us.
	const adopted = process.env.npm_lifecycle_event === 'up' && !RUNNER.test(commandLine(parent) || 'node');
	const timer = setInterval(check, 200);
	function check() {
		if (!adopted && process.ppid === parent && watched.every(isSame)) return;
		clearInterval(timer);
		gone();
	}
	return () => clearInterval(timer);
}
