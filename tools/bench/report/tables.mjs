import { largest, smallest, typical } from '../measure.mjs';
import { TARGETS } from '../targets.mjs';

const UNUSABLE_ABOVE = 0.1;
const BASELINES = [
	['raw', 'raw-again'],
	['fastify', 'fastify-again'],
];
const number = (value, digits = 0) =>
	Number.isFinite(value)
		? value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
		: '–';
const percent = (value) => `${number(value * 100, 1)} %`;

export const table = (head, rows) =>
	[head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** The columns of a workload: what is of interest depends on its pattern. */
const COLUMNS = {
	closed: [
		['req/s, median', 'perSecond', 0],
		['min', 'perSecond', 0, smallest],
		['max', 'perSecond', 0, largest],
		['CPU µs/req', 'cpuMicros', 0],
		['p50 ms', 'p50', 2],
		['p99 ms', 'p99', 2],
	],
	open: [
		['p50 ms', 'p50', 3],
		['p50 min', 'p50', 3, smallest],
		['p50 max', 'p50', 3, largest],
		['p99 ms', 'p99', 2],
		['req/s', 'perSecond', 0],
		['CPU µs/req', 'cpuMicros', 0],
	],
	stamps: [
		['chunks/s', 'chunksPerSecond', 0],
		['chunk p50 ms', 'chunkP50', 3],
		['min', 'chunkP50', 3, smallest],
		['max', 'chunkP50', 3, largest],
		['chunk p99 ms', 'chunkP99', 2],
		['first chunk p50 ms', 'firstChunkP50', 2],
		['p99 ms', 'firstChunkP99', 2],
		['of the core', 'candidateShare', 2],
	],
	held: [
		['KiB per stream, median', 'rssKib', 0],
		['min', 'rssKib', 0, smallest],
		['max', 'rssKib', 0, largest],
		['RSS MiB with all open', 'rssMib', 0],
	],
};

/**
 * A/A of a workload: how far two identical yardsticks were apart, and whether that spoils the comparison. Where the target is an
 * added time, a difference too small to matter beside it (`noiseFloor`, milliseconds or KiB) does not.
 */
export function noise({ samples }, workload) {
	const metric = { open: 'p50', held: 'rssKib' }[workload.pattern] ?? (workload.stamps ? 'chunkP50' : 'perSecond');
	const pair = BASELINES.find(([one, other]) => samples[one]?.length > 0 && samples[other]?.length > 0);
	if (pair === undefined) return undefined;
	const [one, other] = pair.map((name) => typical(samples[name], metric));
	const apart = Math.abs(one / other - 1);
	return { apart, spoils: apart > UNUSABLE_ABOVE && Math.abs(one - other) > (workload.noiseFloor ?? 0) };
}

function workloadRows({ samples }, columns) {
	const taken = Object.entries(samples).filter(([, list]) => list.length > 0);
	const [base] = taken[0] ?? [];
	return taken.map(([name, list]) => {
		const cells = columns.map(([, metric, digits, of = typical]) => number(of(list, metric), digits));
		const ratio = typical(list, 'perSecond') / typical(samples[base], 'perSecond');
		const load = [percent(typical(list, 'loadCoreShare')), percent(typical(list, 'othersShare'))];
		return [name, ...cells, Number.isFinite(ratio) ? number(ratio, 2) : '–', ...load, String(list.length)];
	});
}

/** The section of one workload. */
export function workloadSection(result, workload) {
	const columns = COLUMNS[workload.stamps ? 'stamps' : workload.pattern];
	const head = ['candidate', ...columns.map(([title]) => title), '× first', 'load core busy', 'others', 'samples'];
	const twins = noise(result, workload);
	const verdict = twins === undefined ? '' : `\n\nA/A: ${percent(twins.apart)}${twins.spoils ? ', **unusable**' : ''}.`;
	const errors = result.errors.map((error) => `\n\nFailed: ${error.split('\n')[0]}`).join('');
	const ceiling = result.ceiling
		? `\n\nWithout a candidate between them, load and upstream do ${number(result.ceiling)} req/s.`
		: '';
	return `### ${workload.title}\n\n${table(head, workloadRows(result, columns))}${verdict}${ceiling}${errors}`;
}

function targetRow({ what, workload, value, reached, target, stretch, show }, { results, workloads }) {
	const result = results[workload];
	if (result === undefined) return undefined;
	const of = (candidate, metric) => typical(result.samples[candidate] ?? [], metric);
	const measured = value(of);
	const twins = noise(result, workloads[workload]);
	const limits = [show(target), show(stretch)];
	const noiseCell = twins === undefined ? '–' : percent(twins.apart);
	if (!Number.isFinite(measured)) return [what, '–', ...limits, 'not measured', noiseCell];
	const verdict = reached(measured, stretch) ? 'stretch' : reached(measured, target) ? 'target' : 'missed';
	return [what, show(measured), ...limits, twins?.spoils ? `unusable (${verdict})` : verdict, noiseCell];
}

/** What was to be reached, and what was. */
export const targetTable = (context) =>
	table(
		['what', 'measured', 'target', 'stretch', 'reached', 'A/A'],
		TARGETS.map((target) => targetRow(target, context)).filter((row) => row !== undefined),
	);
