// What pricing a call costs when it settles: CPU time of the thread for one charge, the book being warm. Printed, never asserted.
//   npm run bench:prices
import { performance } from 'node:perf_hooks';
import process from 'node:process';

const from = (path) => import(`../../dist/libs/metering/src/prices/${path}.js`);
const { chargeOf } = await from('charge');
const { shippedPrices } = await from('price-list');
const { PriceSet } = await from('price-set');

const CALLS = 300_000;
const ROUNDS = 5;
const at = Date.parse('2025-12-01');

const prices = new PriceSet([[], [], shippedPrices], 'delivered', '');
const starts = shippedPrices.map(({ vendor, model }) => ({ vendor, providerId: vendor, model }));
const outcomes = {
	'two classes': { input: 812, cacheRead: 0, cacheWrite: 0, output: 231, reasoning: 0 },
	'five classes': { input: 812, cacheRead: 20_480, cacheWrite: 1_024, output: 231, reasoning: 640 },
};

function microseconds(usage) {
	const outcome = { status: 'ok', usage, upstreamMs: 2_400 };
	const begun = process.cpuUsage();
	for (let call = 0; call < CALLS; call++) chargeOf(prices, starts[call % starts.length], at, outcome);
	const { user, system } = process.cpuUsage(begun);
	return (user + system) / CALLS;
}

const started = performance.now();
for (const [name, usage] of Object.entries(outcomes)) {
	const rounds = Array.from({ length: ROUNDS }, () => microseconds(usage)).toSorted((a, b) => a - b);
	const median = rounds[Math.floor(ROUNDS / 2)];
	console.log(`${name}: ${median.toFixed(2)} µs a call (${rounds[0].toFixed(2)} to ${rounds.at(-1).toFixed(2)})`);
}
console.log(
	`${ROUNDS} rounds of ${CALLS} calls over ${starts.length} prices, ${((performance.now() - started) / 1_000).toFixed(1)} s`,
);
