import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ManagementServer } from './management-server.js';
import { Metrics } from './metrics.js';
import { Readiness } from './readiness.js';

describe('ManagementServer', () => {
	let readiness: Readiness;
	let metrics: Metrics;
	let server: ManagementServer;
	let url: string;
	beforeEach(async () => {
		readiness = new Readiness();
		metrics = new Metrics('test');
		server = new ManagementServer(readiness, metrics);
		url = `http://127.0.0.1:${await server.listen({ host: '127.0.0.1', port: 0 })}`;
	});
	afterEach(() => server.close());

	const ready = async () => {
		const answer = await fetch(`${url}/readyz`);
		return { status: answer.status, body: (await answer.json()) as object };
	};

	it('is ready only between booting and draining', async () => {
		expect(await ready()).toEqual({ status: 503, body: { status: 'booting', checks: {} } });
		readiness.phase = 'ready';
		expect(await ready()).toEqual({ status: 200, body: { status: 'ready', checks: {} } });
		readiness.phase = 'draining';
		expect(await ready()).toEqual({ status: 503, body: { status: 'draining', checks: {} } });
	});
	it('a lost dependency degrades, it does not take the process out', async () => {
		readiness.phase = 'ready';
		readiness.checks = () => Promise.resolve({ there: 'up', gone: 'down' });
		expect(await ready()).toEqual({
			status: 200,
			body: { status: 'degraded', checks: { there: 'up', gone: 'down' } },
		});
	});
	it('/livez asks nothing', async () => {
		readiness.checks = () => {
			throw new Error('asked');
		};
		expect((await fetch(`${url}/livez`)).status).toBe(200);
	});
	it("/metrics is Prometheus's text, with the defaults and our own", async () => {
		metrics.counter('parallama_things_total', 'Things', ['kind']).inc({ kind: 'a' });
		metrics.gauge('parallama_level', 'Level', [], (gauge) => gauge.set(7));
		metrics.httpRequest('GET', '/x/:id', 204, 3);
		const answer = await fetch(`${url}/metrics?x`);
		const text = await answer.text();
		expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
		for (const part of [
			'process_cpu_user_seconds_total',
			'parallama_things_total{kind="a",service="test"} 1',
			'parallama_level{service="test"} 7',
			'parallama_http_request_duration_seconds_count{service="test",method="GET",route="/x/:id",status="2xx"} 1',
		])
			expect(text).toContain(part);
	});
	it('has nothing else', async () => {
		for (const path of ['/', '/metrics/', '/readyz/x', '/debug']) expect((await fetch(url + path)).status).toBe(404);
	});
});
