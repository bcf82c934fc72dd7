import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
	asOwner,
	eventually,
	freshDatabase,
	startMockUpstream,
	TcpProxy,
	testConfig,
	testEnvironment,
} from '#libs/testing';
import { ApiProcess, faults, freePort } from './support/api-process.js';
import { addTenant, type Tenant } from './support/tenants.js';

describe('the api process', () => {
	let tenant: Tenant;
	let api: ApiProcess | undefined;
	beforeAll(async () => {
		await freshDatabase();
		tenant = await addTenant(testConfig('api'));
	});
	afterEach(() => api?.stop());

	const start = (overrides?: Record<string, string>, fault?: string) => (api = new ApiProcess(overrides, fault));
	const probe = async (url: string) => {
		const answer = await fetch(url);
		return { status: answer.status, body: (await answer.json()) as object };
	};

	it('says what is wrong with its configuration, without a stack, and exits with 78', async () => {
		const { KEY_PEPPER = '' } = testEnvironment();
		const process = start({
			PORT: 'many',
			REDIS_URL: 'http://nowhere',
			JWT_PRIVATE_KEY: 'short',
			ENCRYPTION_KEY: KEY_PEPPER,
		});
		expect(await process.exitCode()).toBe(78);
		expect(process.output).toMatch(/^Bad configuration:\n {2}\S/);
		for (const name of ['PORT', 'REDIS_URL', 'JWT_PRIVATE_KEY', 'ENCRYPTION_KEY'])
			expect(process.output).toContain(name);
		expect(process.output).not.toMatch(/\bat .*\(|node:internal/);
		expect(process.output).not.toContain(KEY_PEPPER);
	});

	it('refuses a database role that is above row-level security', async () => {
		const { DATABASE_MIGRATION_URL: owner = '' } = testEnvironment();
		const process = start({ DATABASE_URL: owner });
		expect(await process.exitCode()).toBe(78);
		expect(process.output).toMatch(/DATABASE_URL connects as .* which (?:owns tables|is a superuser)/);
		expect(process.output).not.toMatch(/\bat .*\(|node:internal/);
	});

	it('says which port is taken', async () => {
		const process = start();
		const { management } = await process.ready();
		const second = new ApiProcess({ MANAGEMENT_PORT: new URL(management).port });
		expect(await second.exitCode()).toBe(1);
		expect(second.output).toMatch(/EADDRINUSE/);
	});

	it('waits for its migrations: alive, not ready', async () => {
		const { DATABASE_URL = '' } = testEnvironment();
		const port = await freePort();
		await asOwner('ALTER TABLE migrations RENAME TO migrations_hidden');
		const process = start({ MANAGEMENT_PORT: String(port) });
		try {
			await eventually(() => (process.output.includes('waiting for migrations') ? true : undefined), 20_000);
			expect(await probe(`http://127.0.0.1:${port}/livez`)).toMatchObject({ status: 200 });
			expect(await probe(`http://127.0.0.1:${port}/readyz`)).toMatchObject({
				status: 503,
				body: { status: 'booting' },
			});
			expect(process.output).not.toContain(new URL(DATABASE_URL).password);
		} finally {
			await asOwner('ALTER TABLE migrations_hidden RENAME TO migrations');
		}
		const { management } = await process.ready();
		expect(await probe(`${management}/readyz`)).toMatchObject({ status: 200, body: { status: 'ready' } });
	});

	it('can be ended while it waits', async () => {
		const process = start({ DATABASE_URL: 'postgres://app:secret-word@127.0.0.1:1/x' });
		await eventually(() => (process.output.includes('waiting for PostgreSQL') ? true : undefined), 20_000);
		process.signal('SIGTERM');
		expect(await process.exitCode()).toBe(0);
		expect(process.output).not.toContain('secret-word');
	});

	it('a later loss of Redis or PostgreSQL degrades it, and passes', async () => {
		const { DATABASE_URL = '', REDIS_URL = '' } = testEnvironment();
		const postgres = await TcpProxy.to(DATABASE_URL);
		const redis = await TcpProxy.to(REDIS_URL);
		const process = start({ DATABASE_URL: postgres.url, REDIS_URL: redis.url });
		const { url, management } = await process.ready();
		const state = (checks: object, status = 'degraded') =>
			eventually(async () => {
				const report = await probe(`${management}/readyz`);
				return JSON.stringify(report) === JSON.stringify({ status: 200, body: { status, checks } }) ? true : undefined;
			});
		await state({ postgres: 'up', redis: 'up' }, 'ready');
		redis.proxy.cut();
		await state({ postgres: 'up', redis: 'down' });
		postgres.proxy.cut();
		await state({ postgres: 'down', redis: 'down' });
		expect(await probe(`${management}/livez`)).toMatchObject({ status: 200 });
		expect(await probe(`${url}/health`)).toMatchObject({ status: 200, body: { status: 'healthy' } });
		expect((await fetch(`${management}/metrics`)).status).toBe(200);
		const headers = { 'x-api-key': tenant.key };
		expect((await fetch(`${url}/api/v1/projects`, { headers })).status).toBe(503);
		postgres.proxy.pass();
		redis.proxy.pass();
		await state({ postgres: 'up', redis: 'up' }, 'ready');
		expect((await fetch(`${url}/api/v1/projects`, { headers })).status).toBe(200);
		process.stop();
		await Promise.all([postgres.proxy.close(), redis.proxy.close()]);
	});

	async function streaming(overrides: Record<string, string>) {
		const mock = await startMockUpstream({});
		let release = () => {};
		const released = new Promise<void>((resolve) => (release = resolve));
		const process = start({ OLLAMA_URL: mock.url, ...overrides });
		const { url, management } = await process.ready();
		const headers = { authorization: `Bearer ${tenant.key}`, 'content-type': 'application/json' };
		await (await fetch(`${url}/v1/models`, { headers })).text(); // the models are known
		const asked = new Promise<void>((resolve) => {
			mock.behave(async () => {
				resolve();
				await released;
				return {};
			});
		});
		const body = JSON.stringify({ model: 'mock', stream: true, messages: [{ role: 'user', content: 'x' }] });
		const answer = fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body }).then((response) =>
			response.text(),
		);
		await asked;
		return { process, url, management, answer, release, mock };
	}

	it('SIGTERM: not ready but serving for a while, then finishes its streams, writes the ledger and exits with 0', async () => {
		const { process, url, management, answer, release, mock } = await streaming({ SHUTDOWN_DELAY_MS: '1500' });
		process.signal('SIGTERM');
		await eventually(async () => ((await probe(`${management}/readyz`)).status === 503 ? true : undefined));
		expect(await probe(`${management}/readyz`)).toMatchObject({ status: 503, body: { status: 'draining' } });
		expect((await fetch(`${url}/health`)).status).toBe(200);
		await eventually(() =>
			fetch(`${url}/health`).then(
				() => undefined,
				() => true,
			),
		); // accepts no more
		expect((await probe(`${management}/livez`)).status).toBe(200);
		release();
		expect(await answer).toMatch(/data: \[DONE\]\s*$/);
		expect(await process.exitCode()).toBe(0);
		await mock.close();
		const [row] = await asOwner('SELECT count(*)::int AS n FROM usage_events WHERE organization_id = $1', [
			tenant.organizationId,
		]);
		expect(row).toEqual({ n: 1 });
	});

	it('a stream beyond the grace period ends with an error that its client can see', async () => {
		const { process, answer, mock, release } = await streaming({ SHUTDOWN_GRACE_MS: '200' });
		process.signal('SIGTERM');
		expect(await answer).toContain('"error"');
		expect(await process.exitCode()).toBe(0);
		release();
		await mock.close();
	});

	it('asked twice, it ends at once', async () => {
		const { process, answer, mock, release } = await streaming({});
		answer.catch(() => undefined);
		process.signal('SIGTERM');
		await eventually(() => (process.output.includes('api drains') ? true : undefined));
		process.signal('SIGTERM');
		expect(await process.exitCode()).toBe(1);
		release();
		await mock.close();
	});

	it.each(Object.entries(faults))('an exception in %s ends it with its cause in the log', async (_where, fault) => {
		const process = start({}, fault);
		await process.ready();
		process.signal('SIGUSR2');
		expect(await process.exitCode()).toBe(1);
		const last = process.output.trim().split('\n').at(-1) ?? '';
		expect(JSON.parse(last)).toMatchObject({
			level: 'fatal',
			err: { message: 'injected', stack: expect.stringContaining('Error: injected') },
			msg: expect.stringMatching(/^api ends: un(?:caught exception|handled rejection)$/),
		});
	});
});
