import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Config } from '#libs/config';
import { freshDatabase, testConfig } from '#libs/testing';
import { FailingModule, failures } from './support/failing.module.js';
import { startApi, type TestApi } from './support/start-api.js';
import { addTenant, type Tenant } from './support/tenants.js';

describe('what the inside keeps to itself', () => {
	let api: TestApi;
	let config: Config;
	let tenant: Tenant;
	beforeAll(async () => {
		await freshDatabase();
		config = testConfig('api');
		api = await startApi({}, { modules: [FailingModule] });
		tenant = await addTenant(config);
	});
	afterAll(() => api.stop());

	const leaks =
		/secret|\/work\/|\.ts\b|\.js\b|node_modules|\bat [\w.]+ \(|SELECT|INSERT|relation|column|constraint|users|projects|pg_|postgres|redis|ECONN|ENOENT|127\.0\.0\.1|localhost|\d+\.\d+\.\d+/i;

	it.each(Object.entries(failures))('%s', async (name, { status }) => {
		const answer = await fetch(`${api.url}/api/v1/failing/${encodeURIComponent(name)}`);
		const text = await answer.text();
		const requestId = answer.headers.get('x-request-id') ?? '';
		expect(answer.status).toBe(status);
		expect(text.replaceAll(requestId, '')).not.toMatch(leaks);
		const headers = [...answer.headers].filter(([header]) => !['date', 'x-request-id', 'request-id'].includes(header));
		expect(JSON.stringify(headers)).not.toMatch(/secret|\d+\.\d+\.\d+|fastify|nest|node/i);
		expect(JSON.parse(text)).toMatchObject({ success: false, error: { requestId, service: 'parallama-api' } });
		if (status === 503) expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
		if (status === 500) {
			const message = 'Something went wrong on our side';
			const error = { code: 'internal_error', message, service: 'parallama-api', requestId };
			expect(JSON.parse(text)).toEqual({ success: false, data: null, message, errors: [], error });
			const logged = api.logLines.filter((line) => line.includes('"level":"error"') && line.includes(requestId));
			expect(logged).toHaveLength(1); // with the cause, for us
		}
	});

	it('is at least thirty ways to fail, and the process outlives them', async () => {
		expect(Object.keys(failures).length).toBeGreaterThanOrEqual(30);
		expect((await fetch(`${api.url}/health`)).status).toBe(200);
	});

	it('management, sources and queues are not on the public port', async () => {
		const paths = [
			'/metrics',
			'/livez',
			'/readyz',
			'/health/detail',
			'/debug',
			'/debug/vars',
			'/queues',
			'/admin/queues',
			'/bull',

			'/.git/config',
			'/.env',
			'/package.json',
			'/dist/apps/api/src/main.js',
			'/docs/swagger-ui-bundle.js.map',

			'/docs/../package.json',
			'/docs/..%2fpackage.json',
			'/docs-json',
			'/swagger',
			'/graphql',
			'/actuator',
			'/server-status',
		];
		for (const path of paths)
			expect({ path, status: (await fetch(api.url + path)).status }).toEqual({ path, status: 404 });
		expect(Object.keys((await (await fetch(`${api.url}/health`)).json()) as object).toSorted()).toEqual([
			'service',
			'status',
			'version',
		]);
	});

	it('one event is one JSON line, whatever the request says, and no line holds a secret', async () => {
		const before = api.logLines.length;
		const nasty = '\u001b[31mred\u001b[0m","level":"fatal","x":"\\u000a{"level":"fatal"}';
		const headers = {
			authorization: `Bearer ${tenant.key}`,
			'user-agent': nasty.replaceAll(/[^\x20-\x7e]/g, ''),
			cookie: 'parallama_refresh=plr_abcdefghijklmnop',
			'content-type': 'application/json',
		};
		const bodies = [
			['/api/v1/auth/login', { email: `${nasty}\n@example.test`, password: `hunter2${nasty}` }],
			['/v1/chat/completions', { model: `${nasty}\r\nx`, messages: [{ role: 'user', content: nasty }] }],
			['/api/v1/projects', { name: `${nasty}\u2028` }],
			[`/api/v1/${encodeURIComponent(nasty)}?token=${tenant.key}`, {}],
		] as const;
		for (const [path, body] of bodies)
			await (await fetch(api.url + path, { method: 'POST', headers, body: JSON.stringify(body) })).text();
		const lines = api.logLines.slice(before);
		expect(lines.length).toBeGreaterThanOrEqual(bodies.length);
		for (const line of lines) {
			expect(line).toMatch(/^\{.*\}\n$/);
			expect(line).not.toContain('\u001b');
			expect((JSON.parse(line) as { level: string }).level).not.toBe('fatal');
		}
		const all = lines.join('');
		for (const secret of [tenant.key, tenant.key.slice(16), 'plr_abcdefghijklmnop', 'hunter2'])
			expect(all).not.toContain(secret);
	});

	it('what is logged on purpose is searched for secrets, too', () => {
		const before = api.logLines.length;
		const { logger } = api.telemetry.logs;
		logger.info(
			{ headers: { authorization: 'Bearer abc', 'X-Api-Key': 'abc' }, deep: [{ refreshToken: 'abc' }] },
			tenant.key,
		);
		logger.error({ err: new Error(`bad key ${tenant.key} for postgres://app:abc@db/x`) });
		const text = api.logLines.slice(before).join('');
		expect(text).not.toMatch(/abc|_[0-9A-Za-z]{38}/);
		expect(text).toContain(tenant.key.slice(0, 15)); // its public half stays
		expect(JSON.parse(text.split('\n')[0] ?? '')).toMatchObject({ headers: { authorization: '[redacted]' } });
	});

	it('the request log names route, status, duration, organization and key', async () => {
		const answer = await fetch(`${api.url}/api/v1/projects`, { headers: { 'x-api-key': tenant.key } });
		await answer.text();
		const line = api.logLines.findLast((text) => text.includes(answer.headers.get('x-request-id') ?? '-'));
		expect(JSON.parse(line ?? '{}')).toEqual({
			level: 'info',
			time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
			service: 'parallama-api',
			requestId: answer.headers.get('x-request-id'),
			method: 'GET',
			route: '/api/v1/projects',
			status: 200,
			durationMs: expect.any(Number),
			organizationId: tenant.organizationId,
			keyId: tenant.keyRowId,
			msg: 'request',
		});
	});

	it('metrics count by route template, not by path', async () => {
		await (await fetch(`${api.url}/api/v1/some-unknown-path-${Date.now()}`)).text();
		const text = await api.telemetry.metrics.text();
		const counted = 'method="GET",route="/api/v1/projects",status="2xx"';
		expect(text.split('\n').filter((line) => line.includes(`_count{service="parallama-api",${counted}}`))).toHaveLength(
			1,
		);
		expect(text).toContain('route="unmatched",status="4xx"');
		expect(text).not.toContain('some-unknown-path');
	});
});
