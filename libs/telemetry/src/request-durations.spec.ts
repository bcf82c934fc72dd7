import { expect, it } from '@jest/globals';
import { Histogram, Registry } from 'prom-client';
import { RequestDurations } from './request-durations.js';

it("reads like prom-client's own histogram", async () => {
	const [mine, theirs] = [new Registry(), new Registry()];
	for (const registry of [mine, theirs]) registry.setDefaultLabels({ service: 'test' });
	const durations = new RequestDurations();
	durations.register(mine);
	const histogram = new Histogram({
		name: durations.name,
		help: 'Time to the end of the answer, by route template',
		labelNames: ['method', 'route', 'status'],
		buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
		registers: [theirs],
	});
	for (const [method, route, statusCode, seconds] of [
		['GET', '/a', 200, 0.001],
		['GET', '/a', 204, 0.005],
		['GET', '/a', 404, 0.006],
		['POST', '/a', 201, 2],
		['POST', '/b/:id', 503, 1_000],
	] as const) {
		durations.observe(method, route, statusCode, seconds);
		histogram.observe({ method, route, status: `${Math.floor(statusCode / 100)}xx` }, seconds);
	}
	expect(await mine.metrics()).toBe(await theirs.metrics());
});
