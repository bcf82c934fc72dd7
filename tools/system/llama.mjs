// llama.cpp's server out of Debian unstable, in a folder of its own: nothing of it is installed on the machine.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot, ownFolder, sharedPath } from '../services/layout.mjs';

const LIMIT_MS = 240_000;
const PROGRAM = 'usr/bin/llama-server';

/** Runs a command to its end; resolves what it said last when it failed, undefined when it did not. */
function complaintOf([program, ...args], limitMs) {
	return new Promise((resolve) => {
		let said = '';
		const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: limitMs, killSignal: 'SIGTERM' });
		for (const stream of [child.stdout, child.stderr])
			stream.on('data', (bytes) => {
				said = (said + String(bytes)).slice(-2_000);
			});
		child.once('error', (error) => resolve(error.message));
		child.once('close', (code, signal) => {
			if (code === 0) return resolve(undefined);
			const last = said.trim().split('\n').slice(-3).join(' · ');
			resolve(signal === null ? last || `exit code ${code}` : `not done after ${limitMs / 1_000} s; last: ${last}`);
		});
	});
}

/**
 * The folder with the program, made once and kept in /var/tmp; `missing` says why there is none. Takes half a minute the
 * first time, never more than four.
 */
export async function prepareLlama() {
	const kept = ownFolder(sharedPath('llama'));
	const root = join(kept, 'sid');
	if (existsSync(join(root, PROGRAM))) return { root };
	if (!isRoot) return { missing: 'debootstrap and chroot need root' };
	const unfinished = readdirSync(kept).filter((name) => name !== 'sid');
	for (const name of unfinished) rmSync(join(kept, name), { recursive: true, force: true });
	const fresh = mkdtempSync(join(kept, 'new-'));
	chmodSync(fresh, 0o755); // the server runs as nobody
	const command = ['debootstrap', '--variant=minbase', '--include=llama.cpp', 'sid', fresh];
	const complaint = await complaintOf(command, LIMIT_MS);
	if (complaint === undefined && existsSync(join(fresh, PROGRAM))) {
		rmSync(root, { recursive: true, force: true });
		renameSync(fresh, root);
		return { root };
	}
	await complaintOf(['rm', '-rf', '--one-file-system', fresh], 60_000);
	return { missing: complaint ?? 'the package llama.cpp brings no llama-server' };
}
