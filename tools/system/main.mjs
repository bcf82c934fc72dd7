// npm run test:system: tests on real parts that npm does not have. What could not be had is named loudly, and counts as nothing.
import { spawn } from 'node:child_process';
import { ROOT } from '../services/layout.mjs';
import { prepareLlama } from './llama.mjs';

const began = performance.now();
console.log("getting llama.cpp's server (Debian unstable, kept in /var/tmp) …");
const { root, missing } = await prepareLlama();
const seconds = ((performance.now() - began) / 1_000).toFixed(1);
if (root) console.log(`llama-server is in ${root} (${seconds} s)`);
const warning = `
########################################################################
NOT RUN: the tests on a real llama.cpp server. It could not be had:
  ${missing}
Nothing of it counts as passed.
########################################################################
`;
if (missing) console.log(warning);

const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const child = spawn(process.execPath, [...jest, '-c', 'test/system/jest.config.mjs', ...process.argv.slice(2)], {
	cwd: ROOT,
	stdio: 'inherit',
	env: { ...process.env, ...(root ? { LLAMA_ROOT: root } : {}) },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.once('close', (code) => {
	if (missing) console.log(warning);
	process.exit(code ?? 1); // a timer of the preparation may still run
});
