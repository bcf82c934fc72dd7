// Load patterns. Each takes the job from main.mjs and resolves with what it counted in the measured window.
import { nowMicros } from '../upstream/pacer.mjs';
import { Connection, requestBytes } from './connection.mjs';
import { residentBytes, watch } from './gauges.mjs';
import { quantile } from './statistics.mjs';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const STAMP = Buffer.from('"@');
const STAMP_LENGTH = 17;
const MOST_CONNECTIONS = 256;

/** Counts, checks and times answers; shared by all patterns. */
class Tally {
	measuring = false;
	answers = 0;
	errors = 0;
	firstError = '';
	latencies = [];
	chunkLatencies = [];
	firstChunkLatencies = [];

	constructor(job) {
		this.tail = job.expectTail;
	}

	answer(connection, { status, tail }) {
		if (status !== 200 || !tail.includes(this.tail)) {
			this.fail(`status ${status}, ends in ${JSON.stringify(tail.latin1Slice())}`);
			return;
		}
		if (!this.measuring) return;
		this.answers += 1;
		this.latencies.push(performance.now() - connection.startedAt);
	}

	fail(reason) {
		this.errors += 1;
		this.firstError ||= reason;
	}

	/** Reads the stamps of paced chunks. */
	chunks(connection, bytes) {
		const now = nowMicros();
		for (let at = bytes.indexOf(STAMP); at >= 0; at = bytes.indexOf(STAMP, at + 2)) {
			if (at + 2 + STAMP_LENGTH > bytes.length) return; // cut by the read: one sample less
			const sent = Number(bytes.latin1Slice(at + 2, at + 2 + STAMP_LENGTH));
			if (this.measuring) this.chunkLatencies.push((now - sent) / 1_000);
			if (!connection.sawFirst && this.measuring) {
				this.firstChunkLatencies.push(performance.now() - connection.startedAt);
			}
			connection.sawFirst = true;
		}
	}

	result(used) {
		const percentiles = (numbers) => ({ p50: quantile(numbers, 0.5), p99: quantile(numbers, 0.99) });
		return {
			...used,
			answers: this.answers,
			errors: this.errors,
			firstError: this.firstError,
			perSecond: this.answers / used.seconds,
			cpuMicros: (used.candidateSeconds / this.answers) * 1e6,
			latency: percentiles(this.latencies),
			chunksPerSecond: this.chunkLatencies.length / used.seconds,
			chunk: percentiles(this.chunkLatencies),
			firstChunk: percentiles(this.firstChunkLatencies),
		};
	}
}

/** Warms up, measures for the job's time, and stops. */
async function window(job, tally) {
	await sleep(job.warmupMs);
	const stop = watch(job);
	tally.measuring = true;
	await sleep(job.durationMs);
	tally.measuring = false;
	return tally.result(stop());
}

/** Connections that each send the next request as soon as they have an answer. */
export async function closed(job) {
	const tally = new Tally(job);
	const request = requestBytes(job.request);
	let running = true;
	let connections = [];
	const owner = {
		onDone(connection, answer) {
			tally.answer(connection, answer);
			connection.sawFirst = false;
			if (running) connection.send(request);
		},
		onBroken(connection, error) {
			if (!running) return;
			tally.fail(error.message);
			running = tally.errors < 1_000;
			connections = connections.filter((other) => other !== connection);
			if (running) begin();
		},
		...(job.stamps ? { onBytes: (connection, bytes) => tally.chunks(connection, bytes) } : {}),
	};
	const begin = () => {
		const connection = new Connection(job.port, owner);
		connections.push(connection);
		connection.send(request);
	};
	for (let i = 0; i < job.connections; i += 1) {
		begin();
		if (job.stamps && i % 20 === 19) await sleep(20); // streams that begin together end together
	}
	const result = await window(job, tally);
	running = false;
	for (const connection of connections) connection.close();
	return result;
}

/**
 * Requests at a fixed rate, whatever the answers do. Latency counts from the moment of sending; where all connections are taken
 * the request waits, and that counts, too.
 */
export async function open(job) {
	const tally = new Tally(job);
	const request = requestBytes(job.request);
	const idle = [];
	const waiting = [];
	const all = new Set();
	let running = true;
	const owner = {
		onDone(connection, answer) {
			tally.answer(connection, answer);
			const due = waiting.shift();
			if (due === undefined) idle.push(connection);
			else connection.send(request, due);
		},
		onBroken(connection, error) {
			all.delete(connection);
			if (running) tally.fail(error.message);
		},
	};
	const send = () => {
		if (idle.length === 0 && all.size < MOST_CONNECTIONS) {
			const connection = new Connection(job.port, owner);
			all.add(connection);
			idle.push(connection);
		}
		const connection = idle.pop();
		if (connection === undefined) waiting.push(performance.now());
		else connection.send(request);
	};
	const started = performance.now();
	let sent = 0;
	const timer = setInterval(() => {
		const due = Math.floor(((performance.now() - started) * job.rate) / 1_000);
		for (; sent < due; sent += 1) send();
	}, 1);
	const result = await window(job, tally);
	running = false;
	clearInterval(timer);
	for (const connection of all) connection.close();
	return result;
}

/** Opens streams that stay open; memory before, and with all of them open. */
export async function held(job) {
	const tally = new Tally(job);
	tally.measuring = true;
	const request = requestBytes(job.request);
	const before = residentBytes(job.candidatePid);
	const stop = watch(job);
	let open = 0;
	const owner = {
		onDone: () => tally.fail('a stream ended'),
		onBroken: (_connection, error) => tally.fail(error.message),
		onBytes(connection, bytes) {
			if (!connection.sawFirst) open += Number(bytes.includes(STAMP));
			tally.chunks(connection, bytes);
		},
	};
	const connections = [];
	for (let i = 0; i < job.connections; i += 1) {
		const connection = new Connection(job.port, owner, 4_096);
		connections.push(connection);
		connection.send(request);
		if (i % 50 === 49) await sleep(25);
	}
	for (const end = Date.now() + 20_000; open < job.connections && tally.errors === 0 && Date.now() < end; )
		await sleep(50);
	if (open < job.connections) tally.fail(`${open} of ${job.connections} streams open`);
	await sleep(job.durationMs);
	const after = residentBytes(job.candidatePid);
	const result = tally.result(stop());
	for (const connection of connections) connection.close();
	return { ...result, rssPerStream: (after - before) / job.connections, rss: after };
}
