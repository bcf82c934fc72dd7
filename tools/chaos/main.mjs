// npm run chaos -- [api worker redis postgres | F-01 F-04 F-02 F-41 | F-10 F-13 F-14 F-18 F-21] [--seeds 20] [--calls 200] [--first 1] [--results FILE] [--again]
// Kills one process at a random moment of streaming calls, starts it again, and compares what the upstream did with the ledger.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describe, Failure } from '../services/failure.mjs';
import { ROOT } from '../services/layout.mjs';
import { Product } from './product.mjs';
import { Results, summary, table } from './results.mjs';
import { aliasesOf, runSeed } from './seed.mjs';
import { runSpec, SPECS } from './specs.mjs';

const FAULTS = { 'F-01': 'api', 'F-02': 'redis', 'F-04': 'worker', 'F-41': 'postgres' };
const MOST_CALLS = 5_000; // of one installation
const say = (text) => process.stderr.write(`${text}\n`);

function parse(args) {
	const options = {
		seeds: { type: 'string', default: '20' },
		calls: { type: 'string', default: '200' },
		first: { type: 'string', default: '1' },
		results: { type: 'string', default: join(ROOT, '.parallama/chaos.jsonl') },
		again: { type: 'boolean', default: false },
	};
	const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
	const faults = positionals.map((name) => FAULTS[name.toUpperCase()] ?? name);
	const unknown = faults.find((name) => !Object.values(FAULTS).includes(name));
	if (unknown)
		throw new Failure(
			`there is no fault "${unknown}"`,
			`choose among ${[...Object.entries(FAULTS).flat(), ...Object.keys(SPECS)].join(', ')}`,
		);
	const [seeds, calls, first] = ['seeds', 'calls', 'first'].map((name) => count(String(values[name])));
	return { ...values, seeds, calls, first, faults: faults.length > 0 ? [...new Set(faults)] : Object.values(FAULTS) };
}

function count(text) {
	const number = Number(text);
	if (Number.isInteger(number) && number > 0) return number;
	throw new Failure(`${text} is no count`, 'use a whole number from 1');
}

/** The commit, marked when the tree differs from it. */
function commitOf() {
	try {
		const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' }).trim();
		return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') ? '+' : '');
	} catch {
		return 'unknown';
	}
}

function plan({ faults, seeds, first, calls, again }, done) {
	const wanted = faults.flatMap((fault) =>
		Array.from({ length: seeds }, (_, n) => ({ fault, seed: first + n, calls })),
	);
	if (again) return wanted;
	return wanted.filter(({ fault, seed }) => !done.some((result) => result.fault === fault && result.seed === seed));
}

/** Parts of a plan that one installation can serve: the names of all its calls are one argument of the mock upstream. */
function partsOf(todo) {
	const parts = [[]];
	for (const step of todo) {
		const calls = parts.at(-1).reduce((sum, { calls }) => sum + calls, 0);
		if (calls > 0 && calls + step.calls > MOST_CALLS) parts.push([]);
		parts.at(-1).push(step);
	}
	return parts;
}

async function runPart(todo, record) {
	const models = todo.flatMap(({ fault, seed, calls }) => aliasesOf(fault, seed, calls));
	const product = await Product.start(models, say);
	let isSound = false;
	let isGood = true;
	const stop = () => void product.remove().then(() => process.exit(130));
	for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
	try {
		for (const step of todo) {
			const result = await runSeed(product, step);
			record(result);
			const { fault, seed, ok, seconds, seen, details } = result;
			say(`${ok ? '✓' : '✗'} ${fault} ${seed}: ${summary([result])} · ${seconds} s · ${JSON.stringify(seen)}`);
			isGood &&= ok;
			if (!ok) say(JSON.stringify(details, null, 2));
		}
		isSound = await product.stop();
		if (!isSound) say('✗ api or worker did not end with 0 when asked to');
		return isSound;
	} finally {
		const keep = !isSound || !isGood;
		await product.remove({ keep });
		if (keep) say(`logs and data are kept in ${product.stores?.dir}`);
	}
}

async function main(args) {
	const specs = args.filter((name) => SPECS[name.toUpperCase()]).map((name) => name.toUpperCase());
	let passed = true;
	for (const name of specs) passed = (await runSpec(SPECS[name])) && passed;
	if (!passed) process.exitCode = 1;
	if (specs.length > 0 && specs.length === args.length) return;
	await kills(
		args.filter((name) => !SPECS[name.toUpperCase()]),
		passed,
	);
}

/** The faults that kill a process. */
async function kills(args, passed) {
	const options = parse(args);
	if (!existsSync(join(ROOT, 'dist/apps/api/src/main.js'))) throw new Failure('there is no build', 'npm run build');
	const commit = commitOf();
	const results = new Results(options.results);
	const known = options.again ? [] : results.of({ commit, calls: options.calls });
	const todo = plan(options, known);
	const fresh = [];
	const record = ({ details: _, ...result }) => {
		const line = { ...result, commit, date: new Date().toISOString() };
		fresh.push(line);
		results.add(line);
	};
	let isSound = true;
	for (const part of partsOf(todo)) if (part.length > 0) isSound = (await runPart(part, record)) && isSound;
	const all = [...known.filter(({ fault }) => options.faults.includes(fault)), ...fresh];
	console.log(`${table(all)}\n\n${summary(all)}`);
	process.exitCode = passed && isSound && all.every(({ ok }) => ok) ? 0 : 1;
}

await main(process.argv.slice(2)).catch((error) => {
	say(describe(error));
	process.exitCode = 1;
});
