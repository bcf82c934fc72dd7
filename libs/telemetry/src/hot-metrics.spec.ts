import { describe, expect, it } from '@jest/globals';
import { Counter, Histogram, Registry } from 'prom-client';
import { HotCounter, HotHistogram } from './hot-metrics.js';

function twoRegistries(): readonly [Registry, Registry] {
	const [mine, theirs] = [new Registry(), new Registry()];
	for (const registry of [mine, theirs]) registry.setDefaultLabels({ service: 'test' });
	return [mine, theirs];
}

describe('metrics of the hot path', () => {
	it("read like prom-client's own histogram", async () => {
		const [mine, theirs] = twoRegistries();
		const named = { name: 'x_seconds', help: 'Time', labelNames: ['method', 'route', 'status'] };
		const hot = new HotHistogram(named, [0.005, 0.1, 1], mine);
		const theirsToo = new Histogram({ ...named, buckets: [0.005, 0.1, 1], registers: [theirs] });
		for (const [method, route, status, seconds] of [
			['GET', '/a', '2xx', 0.001],
			['GET', '/a', '2xx', 0.005],
			['GET', '/a', '4xx', 0.006],
			['POST', '/a', '2xx', 2],
			['POST', '/b/:id', '5xx', 1_000],
		] as const) {
			hot.of(method, route, status).observe(seconds);
			theirsToo.observe({ method, route, status }, seconds);
		}
		expect(await mine.metrics()).toBe(await theirs.metrics());
	});

	it("read like prom-client's own counter", async () => {
		const [mine, theirs] = twoRegistries();
		const named = { name: 'x_total', help: 'Things "quoted"', labelNames: ['kind', 'name'] };
		const hot = new HotCounter(named, mine);
		const theirsToo = new Counter({ ...named, registers: [theirs] });
		for (const [kind, name, amount] of [
			['a', 'x"\n\\', 1],
			['a', 'y', 2.5],
			['b', 'x', 1],
		] as const) {
			hot.of(kind, name).add(amount);
			theirsToo.inc({ kind, name }, amount);
		}
		expect(await mine.metrics()).toBe(await theirs.metrics());
	});

	it('may have no labels', async () => {
		const registry = new Registry();
		new HotCounter({ name: 'x_total', help: 'X', labelNames: [] }, registry).of().add(3);
		expect(await registry.metrics()).toContain('\nx_total 3\n');
	});

	it('never has more series than it may: what is too much is counted together', async () => {
		const registry = new Registry();
		const hot = new HotCounter({ name: 'x_total', help: 'X', labelNames: ['provider', 'model'], most: 3 }, registry);
		for (let at = 0; at < 100; at++) hot.of(`p${at % 10}`, `m${at}`).add();
		hot.of('p0', 'm0').add();
		expect(hot.size).toBe(4);
		const text = await registry.metrics();
		expect(text.match(/^x_total/gm)).toHaveLength(4);
		expect(text).toContain('x_total{provider="p0",model="m0"} 2');
		expect(text).toContain('x_total{provider="other",model="other"} 97');
	});
});
