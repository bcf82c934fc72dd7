import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { alerts, runbookOf } from '../../tools/monitoring/alerts.ts';
import { dashboards } from '../../tools/monitoring/dashboards/index.ts';
import { files } from '../../tools/monitoring/files.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MADE = join(ROOT, 'k8s/monitoring');

interface RuleTest {
	readonly name: string;
	readonly promql_expr_test: readonly { readonly expr: string; readonly exp_samples: readonly { value: number }[] }[];
}

describe('rules and dashboards', () => {
	it('in k8s/monitoring are those of tools/monitoring: `npm run monitoring` makes them', () => {
		for (const [name, text] of files()) expect([name, readFileSync(join(MADE, name), 'utf8')]).toEqual([name, text]);
		const known = new Set(files().keys());
		const found = readdirSync(join(MADE, 'dashboards')).map((name) => `dashboards/${name}`);
		expect(found.filter((name) => !known.has(name))).toEqual([]);
	});

	it('panels have names of their own and something to show', () => {
		for (const { title, rows } of dashboards) {
			const names = rows.flatMap((row) => row.panels.map((panel) => `${row.title}: ${panel.title}`));
			expect([title, names]).toEqual([title, [...new Set(names)]]);
			expect(rows.flatMap(({ panels }) => panels.filter(({ queries }) => queries.length === 0))).toEqual([]);
		}
	});
});

describe('every alert', () => {
	const tests = (parse(readFileSync(join(MADE, 'rules/parallama.test.yaml'), 'utf8')) as { tests: RuleTest[] }).tests;

	it('has a runbook, and every runbook an alert', () => {
		for (const alert of alerts) {
			const page = join(ROOT, 'docs/runbooks', `${runbookOf(alert)}.md`);
			expect([alert.name, existsSync(page) && readFileSync(page, 'utf8').split('\n')[0]]).toEqual([
				alert.name,
				`# ${alert.name}`,
			]);
		}
		expect(readdirSync(join(ROOT, 'docs/runbooks'))).toHaveLength(alerts.length + 1);
	});

	it('is tested: once quiet, once firing', () => {
		expect(tests.map(({ name }) => name).toSorted((a, b) => a.localeCompare(b))).toEqual(
			alerts.map(({ name }) => name).toSorted((a, b) => a.localeCompare(b)),
		);
		for (const { name, promql_expr_test: [quiet, firing] = [] } of tests) {
			expect([quiet?.expr, firing?.expr].every((expr) => expr?.includes(`"${name}"`))).toBe(true);
			expect([name, quiet?.exp_samples[0]?.value, firing?.exp_samples[0]?.value]).toEqual([name, 0, 1]);
		}
	});
});
