import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { until } from '../services/processes.mjs';
import { load } from './clients.mjs';
import { isGood, judge } from './oracle.mjs';
import { randomOf } from './random.mjs';

const LONGEST_OUTAGE_MS = 1_000;
const SPREAD_MS = 300;
const SETTLING_MS = 20; // an answer that ended this shortly before the kill may not be settled yet

/** Names of the calls of a seed; each occurs once in a run, so that a call can be found everywhere. */
export const aliasesOf = (fault, seed, calls) =>
	Array.from({ length: calls }, (_, n) => `${prefixOf(fault, seed)}${n}`);
const prefixOf = (fault, seed) => `${fault}-${seed}-`;

/** One seed of one fault: streams, `kill -9` at a random moment, restart, rest, judgement. */
export async function runSeed(product, { fault, seed, calls }) {
	const began = performance.now();
	const random = randomOf(seed);
	const streams = load(product, aliasesOf(fault, seed, calls));
	try {
		const { inFlight, clients } = await disturb(product, streams, { fault, calls, random });
		return await judged(product, { fault, seed, calls, inFlight, clients, began });
	} finally {
		streams.giveUp();
	}
}

/** Kills at a random moment, starts again, waits for the last answer. */
async function disturb(product, streams, { fault, calls, random }) {
	const victim = product.victims[fault];
	const killAfter = Math.ceil(calls * (0.1 + 0.8 * random()));
	await until(() => streams.started() >= killAfter, 30_000, { every: 5 });
	await pause(SPREAD_MS * random());
	const inFlight = streams.inFlight(SETTLING_MS);
	await victim.kill();
	await pause(LONGEST_OUTAGE_MS * random());
	await victim.start();
	return { inFlight, clients: await streams.results };
}

async function judged(product, { fault, seed, calls, inFlight, clients, began }) {
	await product.quiet();
	const prefix = prefixOf(fault, seed);
	const { rows, totals } = await product.ledger(prefix);
	const verdict = judge({ upstream: product.upstream(prefix), ledger: rows, clients });
	const reported = await product.reportedTotals();
	const sumsAgree = isDeepStrictEqual(reported, totals);
	return {
		fault,
		seed,
		calls,
		inFlight,
		...Object.fromEntries(['lost', 'duplicated', 'unconfirmed', 'wrong'].map((name) => [name, verdict[name].length])),
		cost: verdict.costly.length,
		sumsAgree,
		corrected: rows.filter(({ kind }) => kind === 'correction').length,
		answered: clients.filter(({ state }) => state === 'done').length,
		seen: countBy(clients, ({ state }) => state),
		ok: isGood(verdict, inFlight, sumsAgree),
		details: { ...verdict, reported, totals },
		seconds: Math.round((performance.now() - began) / 100) / 10,
	};
}

const countBy = (items, key) => {
	const counts = {};
	for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
	return counts;
};
