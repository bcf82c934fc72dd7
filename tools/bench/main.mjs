// The benchmark: this gateway, a raw Node proxy (twice: the difference is the noise) and Portkey's gateway, against the same
// fake upstream, in one interleaved run. The candidate has core 0 for itself; load, upstream, PostgreSQL and Redis share core 1.
//   npm run bench                              the whole run, about half an hour; nothing else should run on the machine
//   npm run bench -- --out docs/performance.md and write the result there
//   … --only json,sse --rounds 1 --instances 1 --seconds 2 --max-others 1    a quick look
//   … --without gateway                        leave a candidate out
//   … --only json --profile /tmp/profiles      and write CPU profiles of the gateway there (which slows it)
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bareFastify } from './candidates/bare-fastify.mjs';
import { Gateway } from './candidates/gateway.mjs';
import { portkey } from './candidates/portkey.mjs';
import { rawNode } from './candidates/raw-node.mjs';
import { Load, measureAll } from './measure.mjs';
import { BENCH, LOAD_CORE, LOGS, pinSelf, start, stopAll } from './processes.mjs';
import { publish } from './report/publish.mjs';
import { WORKLOADS } from './workloads.mjs';

const options = {
	only: { type: 'string', default: Object.keys(WORKLOADS).join(',') },
	without: { type: 'string', default: '' },
	rounds: { type: 'string', default: '4' },
	instances: { type: 'string', default: '3' },
	seconds: { type: 'string', default: '3' },
	warmup: { type: 'string', default: '4' },
	'max-others': { type: 'string', default: '0.12' },
	out: { type: 'string' },
	profile: { type: 'string' },
};
const { values } = parseArgs({ options });
const say = (text) => process.stderr.write(`${text}\n`);

function positive(name) {
	const value = Number(values[name]);
	if (!(value > 0)) throw new Error(`--${name} needs a number above 0`);
	return value;
}

function selected() {
	const only = values.only.split(',');
	const unknown = only.filter((name) => WORKLOADS[name] === undefined);
	if (unknown.length > 0)
		throw new Error(`--only knows ${Object.keys(WORKLOADS).join(', ')}; not ${unknown.join(', ')}`);
	return only;
}

async function run() {
	const only = selected();
	pinSelf();
	const upstream = await start('upstream', { core: LOAD_CORE, args: [join(BENCH, 'upstream/main.mjs')] });
	const load = await Load.start(join(BENCH, 'load/main.mjs'));
	const without = values.without.split(',');
	let gateway;
	try {
		if (!without.includes('gateway')) {
			gateway = await Gateway.prepare({ upstreamPort: upstream.port, profileDir: values.profile, say });
		}
		const definitions = {
			raw: rawNode('raw'),
			'raw-again': rawNode('raw-again'),
			portkey: without.includes('portkey') ? undefined : portkey,
			gateway,
			fastify: gateway && bareFastify('fastify', gateway),
			'fastify-again': gateway && bareFastify('fastify-again', gateway),
		};
		const context = {
			load,
			upstream,
			upstreamPort: upstream.port,
			workloads: WORKLOADS,
			only,
			rounds: positive('rounds'),
			instances: positive('instances'),
			seconds: positive('seconds'),
			warmup: positive('warmup'),
			maxOthers: positive('max-others'),
			discarded: 0,
			say,
		};
		const startedAt = new Date();
		const results = await measureAll(definitions, context);
		publish({ results, context, startedAt, portkeyVersion: definitions.portkey?.version(), out: values.out });
		rmSync(LOGS, { recursive: true, force: true }); // kept where something went wrong
	} finally {
		await stopAll();
		await gateway?.release();
	}
}

// Without its processes the run fails at once, and cleans up after itself.
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
	process.once(signal, () => {
		interrupted = true;
		void stopAll();
	});
}
try {
	await run();
} catch (error) {
	say(interrupted ? 'stopped' : `${error.message}\nlogs: ${LOGS}`);
	process.exitCode = 1;
}
