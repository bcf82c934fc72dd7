// Rounds: candidates alternate, disturbed samples are thrown away and taken again, medians are made.
import { requestBytes } from './load/connection.mjs';
import { median } from './load/statistics.mjs';
import { CANDIDATE_CORE, isStopping, LOAD_CORE, start, stop } from './processes.mjs';

/** The load generator's process. */
export class Load {
	static async start(script) {
		const process = await start('load', { core: LOAD_CORE, args: [script], ipc: true });
		return new Load(process);
	}

	constructor(process) {
		this.process = process;
	}

	run(job) {
		const { child } = this.process;
		return new Promise((done, failed) => {
			const ended = () => failed(new Error('the load generator ended'));
			child.once('exit', ended);
			child.once('message', ({ result, error }) => {
				child.off('exit', ended);
				if (error) failed(new Error(error));
				else done(result);
			});
			child.send(job);
		});
	}
}

/** One request for one candidate, its headers included. */
function requestOf(workload, candidate) {
	const request = workload.request(candidate);
	return { ...request, headers: { ...candidate.headers, ...request.headers } };
}

/** Asks once and reads the whole answer: nobody is measured who answers wrongly. */
async function probe(workload, candidate) {
	if (workload.expected === undefined) return;
	await candidate.refresh?.();
	const { method = 'POST', path, headers, body } = requestOf(workload, candidate);
	const response = await fetch(`http://127.0.0.1:${candidate.port}${path}`, {
		method,
		headers: { 'content-type': 'application/json', ...headers },
		body,
	});
	const text = await response.text();
	let good = false;
	try {
		good = response.status === 200 && workload.expected(text);
	} catch {
		// good stays false
	}
	if (!good) throw new Error(`${candidate.name} answers ${response.status} wrongly: ${text.slice(0, 600)}`);
}

function jobFor(workload, candidate, context) {
	const { connections, rate, pattern, stamps = false } = workload;
	const expectTail = typeof workload.expectTail === 'function' ? workload.expectTail(candidate) : workload.expectTail;
	const request = requestOf(workload, candidate);
	return {
		pattern,
		connections,
		rate,
		stamps,
		expectTail,
		request,
		port: candidate.port,
		candidatePid: candidate.pid,
		candidateCore: CANDIDATE_CORE,
		loadCore: LOAD_CORE,
		upstreamPid: context.upstream.pid,
		warmupMs: Math.max(workload.minimumMs ?? 0, context.seconds * 250),
		durationMs: context.seconds * 1_000,
		bytesIn: requestBytes(request).length,
	};
}

const flatten = (result, round) => ({
	round,
	perSecond: result.perSecond,
	cpuMicros: result.cpuMicros,
	p50: result.latency.p50,
	p99: result.latency.p99,
	chunksPerSecond: result.chunksPerSecond,
	chunkP50: result.chunk.p50,
	chunkP99: result.chunk.p99,
	firstChunkP50: result.firstChunk.p50,
	firstChunkP99: result.firstChunk.p99,
	rssKib: result.rssPerStream / 1_024,
	rssMib: result.rss / 1_048_576,
	candidateShare: result.candidateSeconds / result.seconds,
	othersShare: result.othersShare,
	loadCoreShare: result.loadCoreShare,
	harnessMicros: ((result.upstreamSeconds + result.loadSeconds) / result.answers) * 1e6,
});

/** Takes one sample, again (up to three times) while others used too much of the candidate's core. */
async function sample(workload, candidate, context, round) {
	for (let attempt = 1; ; attempt += 1) {
		const result = await context.load.run(jobFor(workload, candidate, context));
		if (result.errors > 0) throw new Error(`${candidate.name}: ${result.errors} errors, first: ${result.firstError}`);
		if (result.othersShare <= context.maxOthers) return flatten(result, round);
		context.discarded += 1;
		if (attempt === 3) return undefined;
	}
}

async function measureFresh(workload, candidates, context, samples) {
	for (const { definition, name } of candidates) {
		const candidate = { ...(await definition.start(context)), name };
		await warm(candidate, context);
		const taken = await sample(workload, candidate, context, 0);
		if (taken !== undefined) samples[name].push(taken);
		await stop(candidate);
	}
}

/** What a process that has just started must have done once before its memory says anything. */
async function warm(candidate, context) {
	const { json } = context.workloads;
	await context.load.run({ ...jobFor(json, candidate, context), warmupMs: 0, durationMs: 1_500 });
}

/** What load and upstream do without anything between them: far more than any candidate, or the run says nothing. */
async function measureCeiling(workload, context) {
	if (workload.pattern !== 'closed' || workload.stamps || !workload.candidates.includes('raw')) return undefined;
	const { pid, port } = context.upstream;
	const direct = { name: 'direct', pid, port, prefix: '', headers: {} };
	const result = await context.load.run({ ...jobFor(workload, direct, context), candidateCore: LOAD_CORE });
	return result.perSecond;
}

/** One workload on the running instances: `rounds` rounds, in turns forwards and backwards. */
async function measureWorkload(workload, candidates, context, samples) {
	for (const { running } of candidates) {
		await probe(workload, running);
		// A process that has just started compiles its code: not what is asked here.
		await context.load.run({ ...jobFor(workload, running, context), durationMs: context.warmup * 1_000 });
	}
	for (let round = 0; round < context.rounds; round += 1) {
		const order = round % 2 === 0 ? candidates : candidates.toReversed();
		for (const { running, name } of order) {
			const taken = await sample(workload, running, context, round);
			if (taken !== undefined) samples[name].push({ ...taken, instance: context.instance });
		}
	}
}

/**
 * Measures all workloads on `instances` process instances of each candidate. Returns samples by workload and candidate.
 * A workload that fails for a candidate is reported with its error; the others go on.
 */
export async function measureAll(definitions, context) {
	const results = {};
	const names = Object.keys(context.workloads).filter((name) => context.only.includes(name));
	for (const name of names) {
		const taking = context.workloads[name].candidates.filter((candidate) => definitions[candidate] !== undefined);
		results[name] = { samples: Object.fromEntries(taking.map((candidate) => [candidate, []])), errors: [] };
	}
	for (context.instance = 0; context.instance < context.instances; context.instance += 1) {
		await measureInstance(definitions, context, results);
	}
	return results;
}

async function measureInstance(definitions, context, results) {
	const needed = new Set(Object.values(results).flatMap(({ samples }) => Object.keys(samples)));
	const running = {};
	for (const name of needed) running[name] = { ...(await definitions[name].start(context)), name };
	const stopRunning = async () => {
		for (const name of Object.keys(running)) {
			await stop(running[name]);
			delete running[name];
		}
	};
	const ordered = Object.entries(results).sort(
		([a], [b]) => Number(context.workloads[a].fresh ?? false) - Number(context.workloads[b].fresh ?? false),
	);
	for (const [name, { samples, errors }] of ordered) {
		const workload = context.workloads[name];
		context.say(`instance ${context.instance + 1} of ${context.instances}: ${workload.title}`);
		const candidates = Object.keys(samples).map((candidate) => ({
			name: candidate,
			definition: definitions[candidate],
			running: running[candidate],
		}));
		try {
			if (workload.fresh) {
				await stopRunning();
				await measureFresh(workload, candidates, context, samples);
			} else {
				results[name].ceiling ??= await measureCeiling(workload, context);
				await measureWorkload(workload, candidates, context, samples);
			}
		} catch (error) {
			if (isStopping()) throw error;
			context.say(error.message);
			errors.push(error.message);
		}
	}
	await stopRunning();
}

/** The median of the instances' medians: one instance that was lucky with its memory layout does not decide. */
export function typical(samples, metric) {
	const instances = [...new Set(samples.map(({ instance }) => instance))];
	const ofInstance = (instance) => samples.filter((one) => one.instance === instance).map((one) => one[metric]);
	return median(instances.map((instance) => median(ofInstance(instance))));
}

export const smallest = (samples, metric) => Math.min(...samples.map((one) => one[metric]));
export const largest = (samples, metric) => Math.max(...samples.map((one) => one[metric]));
