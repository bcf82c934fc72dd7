// What the metrics of one call cost: CPU time of the thread, beside the same observations through prom-client's own metrics.
// Printed, never asserted.
//   npm run bench:metrics
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import 'reflect-metadata';
import { Counter, Histogram, Registry } from 'prom-client';

const from = (path) => import(`../../dist/${path}.js`);
const { CallMetrics } = await from('libs/gateway/src/metrics/call-metrics');
const { Metrics } = await from('libs/telemetry/src/metrics');

const CALLS = 300_000;
const ROUNDS = 5;

const metrics = new Metrics('bench');
const calls = new CallMetrics(metrics);
const operation = { name: 'chat', dialect: 'openai' };
const targets = Array.from({ length: 8 }, (_, at) => ({
	provider: { name: `provider-${at % 4}`, kind: 'openai', baseUrl: 'http://127.0.0.1:1' },
	model: `model-${at}`,
}));
const outcome = {
	errorCode: undefined,
	fault: undefined,
	usage: { input: 200, cacheRead: 0, cacheWrite: 0, output: 120, reasoning: 0 },
	firstTokenMs: 180,
	durationMs: 2_400,
};

function ours(at) {
	const target = targets[at % targets.length];
	calls.admitted(0.4);
	calls.sent(operation, 0.6);
	calls.attempted(target, 180, undefined);
	calls.ended(operation, target, true, outcome);
	metrics.httpRequest('POST', '/openai/v1/chat/completions', 200, 2_400);
}

const registry = new Registry();
const made = (Type, name, labelNames) => new Type({ name, help: name, labelNames, registers: [registry] });
const genAi = ['operation', 'vendor', 'model'];
const theirs = {
	histograms: ['duration', 'first', 'token', 'input', 'output'].map((name) => made(Histogram, name, genAi)),
	plain: ['admission', 'overhead', 'byte'].map((name) => made(Histogram, name, ['provider'])),
	calls: made(Counter, 'calls', ['dialect', 'provider', 'model', 'outcome']),
	tokens: made(Counter, 'tokens', ['provider', 'model', 'class']),
	attempts: made(Counter, 'attempts', ['provider', 'outcome']),
	http: made(Histogram, 'http', ['method', 'route', 'status']),
};

function promClient(at) {
	const { provider, model } = targets[at % targets.length];
	for (const histogram of theirs.histograms) histogram.observe({ operation: 'chat', vendor: 'openai', model }, 0.2);
	for (const histogram of theirs.plain) histogram.observe({ provider: provider.name }, 0.2);
	theirs.calls.inc({ dialect: 'openai', provider: provider.name, model, outcome: 'ok' });
	theirs.tokens.inc({ provider: provider.name, model, class: 'input' }, 200);
	theirs.tokens.inc({ provider: provider.name, model, class: 'output' }, 120);
	theirs.attempts.inc({ provider: provider.name, outcome: 'ok' });
	theirs.http.observe({ method: 'POST', route: '/openai/v1/chat/completions', status: '2xx' }, 2.4);
}

function microseconds(work) {
	const before = process.cpuUsage();
	for (let at = 0; at < CALLS; at++) work(at);
	const { user, system } = process.cpuUsage(before);
	return (user + system) / CALLS;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const results = { ours: [], promClient: [] };
for (let round = 0; round <= ROUNDS; round++) {
	const mine = microseconds(ours);
	const other = microseconds(promClient);
	if (round === 0) continue; // the first one warms up
	results.ours.push(mine);
	results.promClient.push(other);
}
const began = performance.now();
const bytes = (await metrics.text()).length;
const scrapeMs = performance.now() - began;
console.log(`the 13 observations of a streamed call, ${CALLS} calls, median of ${ROUNDS} rounds:`);
console.log(`  ours         ${median(results.ours).toFixed(2)} µs of CPU`);
console.log(`  prom-client  ${median(results.promClient).toFixed(2)} µs of CPU`);
console.log(`a scrape of ${bytes} bytes: ${scrapeMs.toFixed(1)} ms`);
