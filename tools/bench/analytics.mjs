// How fast the ledger is summed up, and how fast questions about a big organization are answered. Printed, never asserted.
//   npm run bench:analytics                    10 million calls of 90 days: about 10 GB of disk
//   npm run bench:analytics -- --events 1000000
// A database of its own in the services of the tests (fsync off), dropped at the end.
import { randomBytes } from 'node:crypto';
import { generateKeyPairSync } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { acquire } from '../services.mjs';
import { load, ORGANIZATIONS, organizationAt } from './analytics/load.mjs';
import { openMetering } from './analytics/open.mjs';
import { questions } from './analytics/questions.mjs';

const WARM = 3;
const ROUNDS = 30;
const TARGET_MS = 200;
const seconds = (began) => (performance.now() - began) / 1_000;
const perSecond = (count, began) => Math.round(count / seconds(began)).toLocaleString('en');
const print = (line) => process.stdout.write(`${line}\n`);

/** Times of one question in ms, sorted, warm. */
async function timesOf(ask) {
	for (let n = 0; n < WARM; n++) await ask();
	const times = [];
	for (let n = 0; n < ROUNDS; n++) {
		const began = performance.now();
		await ask();
		times.push(performance.now() - began);
	}
	return times.sort((a, b) => a - b);
}

async function measure(database, events) {
	const { metering, owner, scopeOf } = database;
	let began = performance.now();
	await load(owner, events);
	print(
		`loaded      ${events.toLocaleString('en')} calls in ${seconds(began).toFixed(0)} s (${perSecond(events, began)} rows/s)`,
	);
	began = performance.now();
	for (let n = 1; n <= ORGANIZATIONS; n++) await metering.rollups.rollUpDue(scopeOf(organizationAt(n)));
	print(`summed up   in ${seconds(began).toFixed(0)} s: ${perSecond(events, began)} ledger rows/s, one worker`);
	await owner.query('VACUUM ANALYZE');
	for (const level of await sizes(owner))
		print(`  ${level.name.padEnd(26)} ${level.rows.padStart(12)} rows ${level.size.padStart(9)} ${level.calls} calls`);
	print(
		`question                          p50 ms   p95 ms   (${ROUNDS} times, warm, target ${TARGET_MS} ms, the organization with most calls)`,
	);
	const scope = scopeOf(organizationAt(1));
	for (const [name, ask] of Object.entries(questions(metering.analytics, scope))) {
		const times = await timesOf(ask);
		const at = (part) => times[Math.ceil(part * times.length) - 1].toFixed(1).padStart(8);
		print(`${name.padEnd(32)} ${at(0.5)} ${at(0.95)}`);
	}
}

/** Rows and calls at each level; the calls are the same everywhere, or the sums are wrong. */
async function sizes(owner) {
	const levels = {
		usage_events: `count(*) FILTER (WHERE kind = 'call')`,
		usage_rollups_hourly: 'sum(calls)',
		usage_rollups_daily: 'sum(calls)',
		'usage_summaries of days': 'sum(calls)',
	};
	const rows = [];
	for (const [name, calls] of Object.entries(levels)) {
		const from = name.startsWith('usage_summaries') ? `usage_summaries WHERE grain = 'day' AND cut = 'models'` : name;
		const table = name.split(' ')[0];
		const { rows: found } = await owner.query(
			`SELECT count(*)::text AS rows, ${calls}::text AS calls,
				pg_size_pretty((SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree($1) UNION ALL
					SELECT pg_total_relation_size($1::regclass) ORDER BY 1 DESC NULLS LAST LIMIT 1)) AS size FROM ${from}`,
			[table],
		);
		rows.push({ name, ...found[0] });
	}
	return rows;
}

const { values } = parseArgs({ options: { events: { type: 'string', default: '10000000' } } });
const services = await acquire('test', { say: print });
const secrets = {
	JWT_PRIVATE_KEY: generateKeyPairSync('ec', { namedCurve: 'P-256' })
		.privateKey.export({ format: 'der', type: 'pkcs8' })
		.toString('base64'),
	KEY_PEPPER: randomBytes(32).toString('hex'),
	ENCRYPTION_KEY: randomBytes(32).toString('base64'),
};
try {
	const database = await openMetering(services, secrets);
	try {
		await measure(database, Number(values.events));
	} finally {
		await database.close();
	}
} finally {
	await services.release();
}
