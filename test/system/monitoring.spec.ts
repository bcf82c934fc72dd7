import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#libs/testing';
import { Product } from '../../tools/chaos/product.mjs';
import { alerts } from '../../tools/monitoring/alerts.ts';
import { dashboards } from '../../tools/monitoring/dashboards/index.ts';
import { WINDOW } from '../../tools/monitoring/panel.ts';
import { FAILING, Faults, FREE, GOOD, LATE, models } from './faults.js';
import { PrometheusServer } from './prometheus-server.js';

const RULES = resolve(import.meta.dirname, '../../k8s/monitoring/rules');
/** Nothing compares budgets with PostgreSQL yet, so that their drift cannot be caused. */
const NOT_CAUSED = ['ParallamaBudgetDrift'];
const LEDGER_LAG_MS = 63_000;
const SOON_MS = 75_000;
/** Keys are counted once a minute; the faults beside it may cost one round. */
const SURVEYED_MS = 150_000;

/** prom-client's own default metrics, whose names are not ours to choose. */
const foreign = /^nodejs_/;

const promtool = (args: readonly string[], input?: string) =>
	spawnSync('promtool', args, { encoding: 'utf8', ...(input === undefined ? {} : { input }) });
const names = (from: Iterable<string>): string[] => [...new Set(from)].toSorted((a, b) => a.localeCompare(b));

describe('the rules', () => {
	it('are rules, and fire when they should and not before, says promtool', () => {
		expect(promtool(['check', 'rules', `${RULES}/parallama.rules.yaml`])).toMatchObject({ status: 0 });
		expect(promtool(['test', 'rules', `${RULES}/parallama.test.yaml`])).toMatchObject({ status: 0 });
	});
});

describe('a real Prometheus in front of a running installation', () => {
	let product: Product;
	let prometheus: PrometheusServer;
	let faults: Faults;
	let began: number;
	const rows: string[] = [];

	beforeAll(async () => {
		product = await Product.start(models, () => undefined, { DATABASE_POOL_SIZE: '4', LOG_LEVEL: 'warn' });
		faults = new Faults(product);
		prometheus = await PrometheusServer.start(
			{
				'parallama-api': new URL(product.managementUrl).host,
				'parallama-worker': new URL(product.workerManagementUrl).host,
			},
			readFileSync(`${RULES}/parallama.rules.yaml`, 'utf8'),
		);
		await eventually(async () => ((await prometheus.now('up == 1')).length === 2 ? true : undefined), 30_000);
		began = Date.now() / 1_000;
	}, 90_000);
	afterAll(async () => {
		await prometheus?.stop();
		await product?.remove();
		process.stdout.write(`${rows.join('\n')}\n`);
	}, 60_000);

	const firing = async () =>
		names((await prometheus.now('ALERTS{alertstate="firing"}')).map(({ alertname = '' }) => alertname));
	/** Resolves once these fire; says how long that took. */
	const fires = (cause: string, ...wanted: string[]): Promise<void> => firesWithin(SOON_MS, cause, wanted);
	const firesWithin = async (limitMs: number, cause: string, wanted: readonly string[]): Promise<void> => {
		const since = performance.now();
		await eventually(async () => {
			const found = await firing();
			return wanted.every((name) => found.includes(`Parallama${name}`)) ? true : undefined;
		}, limitMs).catch(async () => {
			throw new Error(`${cause}: ${wanted.join(', ')} should fire, but only ${(await firing()).join(', ')} do`);
		});
		for (const name of wanted)
			rows.push(
				`  ${`Parallama${name}`.padEnd(36)}${cause.padEnd(52)}${((performance.now() - since) / 1_000).toFixed(1)} s`,
			);
	};
	const again = async (work: () => Promise<unknown>, until: Promise<void>): Promise<void> => {
		let isDone = false;
		const done = until.finally(() => {
			isDone = true;
		});
		while (!isDone) await Promise.race([Promise.all([work(), nextScrape()]), done]);
		await done;
	};
	/** Counters need two samples to have a rate. */
	const nextScrape = () =>
		new Promise((resolveIt) => {
			setTimeout(resolveIt, 1_100);
		});

	it('serves metrics that promtool has nothing to say against', async () => {
		for (const url of [product.managementUrl, product.workerManagementUrl]) {
			const text = await (await fetch(`${url}/metrics`)).text();
			const { stderr } = promtool(['check', 'metrics'], text);
			expect(stderr.split('\n').filter((line) => line !== '' && !foreign.test(line))).toEqual([]);
		}
	});

	it('under load nothing fires but that a model has no price', async () => {
		const rates = { inputNanoUsd: '1000000000', outputNanoUsd: '2000000000' };
		const priced = await faults.api('POST', 'prices', { vendor: 'ollama', model: `${GOOD}:latest`, rates });
		expect([priced.status, await priced.text()]).toEqual([201, expect.any(String)]);
		for (let round = 0; round < 20; round++) {
			const answered = await Promise.all([faults.calls(GOOD, 8), faults.calls(FREE, 1), faults.requests(4)]);
			expect(answered.slice(0, 2)).toEqual([[200], [200]]);
			if (round % 5 === 4) await nextScrape();
		}
		await fires('calls of a model without a price', 'UnpricedUsage');
		expect(await firing()).toEqual(['ParallamaUnpricedUsage']);
	}, 60_000);

	it('every alert fires when its fault is caused', async () => {
		const lagging = faults.locked('usage_events', async () => {
			await faults.calls(GOOD, 3);
			await new Promise((resolveIt) => {
				setTimeout(resolveIt, LEDGER_LAG_MS);
			});
			await fires('the ledger is locked for over a minute', 'LedgerLag');
		});
		await faults.sql(`UPDATE api_keys SET expires_at = now() + interval '3 days', last_used_at = now()`);
		const expiring = firesWithin(SURVEYED_MS, 'a key in use ends in three days', ['KeysExpire']);
		await again(() => faults.impossibleJob(), fires('a job that nobody can do', 'JobsGivenUp'));
		await faults.stuckJob();
		await fires('a job waits in a paused queue', 'QueueStuck');
		await faults.freeQueue();
		await again(() => faults.apiFreezes(700), fires('the api is stopped for 700 ms', 'EventLoopLag'));
		await again(
			async () => {
				await faults.redisHangs(400);
				await faults.calls(GOOD, 20);
			},
			fires('Redis hangs for 400 ms', 'OverheadHigh'),
		);
		await again(
			() => faults.calls(LATE, 150),
			fires('answers begin after 5.4 s', 'FirstTokenSlow', 'FirstTokenBudgetFastBurn', 'FirstTokenBudgetSlowBurn'),
		);
		await again(
			() => faults.locked('projects', () => faults.requests(30)),
			fires('a table is locked', 'DatabasePoolExhausted'),
		);
		await again(
			() => faults.calls(FAILING, 20),
			fires('an upstream answers 500', 'CallsBudgetFastBurn', 'CallsBudgetSlowBurn'),
		);
		await product.mock.kill();
		await again(
			() => Promise.all(models.map((model) => faults.calls(model, 8))),
			fires('no upstream listens', 'ProviderDown'),
		);
		await Promise.all([lagging, expiring]);
		await product.stores.killPostgres();
		await again(
			() => faults.requests(40),
			fires('PostgreSQL is killed', 'DependencyDown', 'ApiBudgetFastBurn', 'ApiBudgetSlowBurn'),
		);
		await product.stores.startPostgres();
		await product.worker.kill();
		await fires('the worker is killed', 'Down');
		const fired = names(
			(await prometheus.now('count_over_time(ALERTS{alertstate="firing"}[10m])')).map(
				({ alertname = '' }) => alertname,
			),
		);
		expect(names([...fired, ...NOT_CAUSED])).toEqual(names(alerts.map(({ name }) => name)));
		expect(fired).not.toContain(NOT_CAUSED[0]);
	}, 360_000);

	it('every expression of every panel has had data', async () => {
		const empty: string[] = [];
		for (const { title, rows: parts } of dashboards)
			for (const { panels } of parts)
				for (const panel of panels)
					for (const [expr] of panel.queries) {
						const found = await prometheus.seriesSince(expr.replaceAll(WINDOW, '10s'), began);
						rows.push(`  ${`${title}: ${panel.title}`.padEnd(84)}${found} series`);
						if (found === 0) empty.push(`${title}: ${panel.title}: ${expr}`);
					}
		expect(empty).toEqual([]);
	}, 60_000);
});
