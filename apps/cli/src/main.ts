#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

enableCompileCache(); // a command line is started often and runs shortly
const { runCli } = await import('./run-cli.js');
process.exitCode = await runCli(process.argv.slice(2), {
	environment: process.env,
	out: (text) => void process.stdout.write(text),
	err: (text) => void process.stderr.write(text),
});
