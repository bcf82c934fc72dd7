// Faults of the gateway alone: the specs of test/resilience with their full counts; each prints its numbers.
import { spawn } from 'node:child_process';
import { ROOT } from '../services/layout.mjs';
import { nodeProgram } from '../up/product.mjs';

export const SPECS = {
	'F-10': { file: 'disconnects', counts: { DISCONNECT_CUTS: '28' } }, // in 36 cells: a thousand
	'F-13': { file: 'slow-upstream', counts: { STALLED_CLIENTS: '200' } },
	'F-14': { file: 'idle-streams', counts: { IDLE_STREAMS: '2000', IDLE_SECONDS: '60' } },
	'F-18': { file: 'amplification', counts: { FOREIGN_ROUNDS: '1200' } }, // for 9 pairs: ten thousand
	'F-21': { file: 'hostile-text', counts: { HOSTILE_CASES: '1200' } }, // for 9 pairs: ten thousand
};

/** Runs one spec; resolves whether it passed. */
export function runSpec({ file, counts }) {
	const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
	const child = spawn(nodeProgram(), [...jest, `test/resilience/${file}.spec.ts`], {
		cwd: ROOT,
		stdio: 'inherit',
		env: { ...process.env, ...counts },
	});
	return new Promise((resolve) => {
		child.once('close', (code) => resolve(code === 0));
	});
}
