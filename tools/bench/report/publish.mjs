import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { NODE, ROOT } from '../processes.mjs';
import { targetTable, workloadSection } from './tables.mjs';

const git = (...args) => {
	try {
		return execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
	} catch {
		return '';
	}
};

const productRequire = createRequire(join(ROOT, 'package.json'));
const versionOf = (name) => JSON.parse(readFileSync(productRequire.resolve(`${name}/package.json`), 'utf8')).version;

function surroundings({ context, startedAt, portkeyVersion }) {
	const dirty = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' with uncommitted changes';
	const node = execFileSync(NODE, ['--version'], { encoding: 'utf8' }).trim();
	const versions = [
		`Node ${node}`,
		`undici ${versionOf('undici')}`,
		...(portkeyVersion === undefined ? [] : [`@portkey-ai/gateway ${portkeyVersion}`]),
	];
	const { instances, rounds, seconds, warmup, maxOthers, discarded } = context;
	return [
		`- ${startedAt.toISOString().slice(0, 16)}Z, commit ${git('rev-parse', '--short', 'HEAD') || 'none'}${dirty}`,
		`- \`npm run bench${process.argv.length > 2 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}\``,
		`- ${versions.join(', ')}`,
		`- ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}, load average at the end ${loadavg()[0].toFixed(2)}`,
		`- ${instances} process instances of each candidate, ${rounds} rounds of ${seconds} s each after ${warmup} s of warming up; ${discarded} samples thrown away because others used more than ${maxOthers * 100} % of the candidate's core`,
	].join('\n');
}

const METHOD = `Each candidate has core 0 for itself (\`taskset\`); the load generator, the fake upstream, PostgreSQL and Redis share core 1.
The upstream answers from memory on bare sockets. The candidates take turns, forwards and backwards, on the same connections'
pattern; every figure is the median over the process instances of the median over their rounds, beside the smallest and the
largest sample. "raw" is a proxy of node:http and undici's \`Pool.dispatch\`, about 40 lines; "raw-again" is the same program a
second time: the difference between the two (A/A) is the noise of the run, and above 10 % a comparison is unusable. CPU is that
of the candidate's process alone, from /proc. Every candidate's answer is read and checked in full before it is measured, and
each answer under load by its status and its last bytes.

"gateway" is this product, one api process, with all that a call has today: API key authentication, the exact lease and
settlement in Redis, metering of the upstream's usage, and the ledger row in PostgreSQL (durable settings, each batch
committed). Its worker does not run.

"portkey" is @portkey-ai/gateway without authentication, limits or metering, and without its console. As published it answers
every stream with 500 (their issue 1389: it appends to the immutable headers of a fetched response); it is repaired while it is
loaded (tools/bench/candidates/portkey-patch.mjs copies the headers, nothing else). It waits 25 ms before the first event of
every stream by its own design.`;

/** Prints the result as Markdown, and writes it to a file where one is named. */
export function publish(run) {
	const { results, context, out } = run;
	const sections = Object.entries(results).map(([name, result]) => workloadSection(result, context.workloads[name]));
	const text = [
		'# Performance',
		'`npm run bench` made this page. It measures this gateway beside a minimal raw Node proxy and Portkey.',
		targetTable({ results, workloads: context.workloads }),
		'## The run',
		surroundings(run),
		'## Figures',
		...sections,
		'## Method',
		METHOD,
	].join('\n\n');
	process.stdout.write(`${text}\n`);
	if (out !== undefined) writeFileSync(join(ROOT, out), `${text}\n`);
}
