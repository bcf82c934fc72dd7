#!/usr/bin/env node
import module from 'node:module';

module.enableCompileCache?.(); // started often, runs shortly; Node 20 does not have it
const { runCli } = await import('./run-cli.js');
const code = await runCli(process.argv.slice(2), {
	environment: process.env,
	out: (text) => void process.stdout.write(text),
	err: (text) => void process.stderr.write(text),
});
// what is still open, such as a connection that tries again and again, must not keep the shell waiting
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
