import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { Redis } from 'ioredis';
import { UnitOfWork } from '#libs/database';
import { JobBus, OutboxRepository, rebuildUsage, scheduledJobs } from '#libs/jobs';
import { newId, type Scope, systemScope } from '#libs/kernel';
import { asOwner, eventually, freshDatabase, TcpProxy } from '#libs/testing';
import { OutboxRelay } from '../src/relay/outbox-relay.js';
import { HandlerRegistry, type Registered } from '../src/runner/handler-registry.js';
import { JobProcessor } from '../src/runner/job-processor.js';
import { JobRunner } from '../src/runner/job-runner.js';
import { messageOf } from '../src/runner/job-message.js';
import { drain } from '../src/run-worker.js';
import { anOrganization, aWorker } from './support/start.js';

const HOUR_MS = 3_600_000;
const hour = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * HOUR_MS);
const period = { from: hour.toISOString(), to: new Date(hour.getTime() + HOUR_MS).toISOString() };

let worker: INestApplicationContext;
beforeAll(freshDatabase);
afterEach(() => drain(worker, 5_000));

const scopeFor = (organization: string): Scope => systemScope(organization, 'test', 'test');
const put = (scope: Scope, payload = period) =>
	worker.get(UnitOfWork).run(scope, (tenant) => worker.get(JobBus).put(tenant, rebuildUsage, payload));
const finished = (scope: Scope, id: string) =>
	eventually(async () => {
		const state = await worker.get(JobBus).state(scope, id);
		return state.status === 'pending' ? undefined : state;
	});

/** One call in the ledger's past that no rollup knows of. */
async function aCallFor(organization: string): Promise<void> {
	await asOwner(
		`INSERT INTO usage_events (occurred_on, event_id, organization_id, occurred_at, dialect, operation, model, alias, status, usage_source)
		VALUES (($2::timestamptz AT TIME ZONE 'UTC')::date, $3, $1, $2, 'openai', 'chat', 'm', 'm', 'ok', 'none')`,
		[organization, hour, newId()],
	);
}
const rolledUp = (organization: string) =>
	asOwner('SELECT calls FROM usage_rollups_hourly WHERE organization_id = $1', [organization]);

describe('a job', () => {
	it('is done once its transaction is committed, and never before', async () => {
		worker = await aWorker();
		worker.get(JobRunner).start();
		worker.get(OutboxRelay).start();
		const organization = await anOrganization();
		await aCallFor(organization);
		const scope = scopeFor(organization);
		const undone = worker.get(UnitOfWork).run(scope, async (tenant) => {
			await worker.get(JobBus).put(tenant, rebuildUsage, period);
			throw new Error('changed our mind');
		});
		await expect(undone).rejects.toThrow('changed our mind');
		const id = await put(scope);
		expect(await finished(scope, id)).toMatchObject({ id, job: 'usage.rebuild', status: 'done', error: null });
		expect(await rolledUp(organization)).toEqual([{ calls: '1' }]);
		expect(await asOwner('SELECT id FROM outbox WHERE organization_id = $1', [organization])).toHaveLength(1);
		await expect(worker.get(JobBus).state(scopeFor(await anOrganization()), id)).rejects.toMatchObject({
			fault: 'missing',
		});
	});

	it('that makes no sense is given up at once, and the others go on', async () => {
		worker = await aWorker();
		worker.get(JobRunner).start();
		worker.get(OutboxRelay).start();
		const scope = scopeFor(await anOrganization());
		const bad = newId();
		const insert = (version: number, payload: object, id: string) =>
			worker
				.get(UnitOfWork)
				.run(scope, (tenant) =>
					worker.get(OutboxRepository).insert(tenant, { id, job: rebuildUsage.name, version, payload }),
				);
		await insert(1, { from: 'yesterday' }, bad);
		const old = newId();
		await insert(0, period, old);
		const good = await put(scope);
		expect(await finished(scope, good)).toMatchObject({ status: 'done' });
		expect(await finished(scope, bad)).toMatchObject({ status: 'failed', error: expect.stringContaining('from') });
		expect(await finished(scope, old)).toMatchObject({ status: 'failed', error: expect.stringContaining('version 0') });
	});

	it('that is delivered many times, at once and again later, has one effect', async () => {
		worker = await aWorker();
		const organization = await anOrganization();
		await aCallFor(organization);
		const scope = scopeFor(organization);
		const id = await put(scope);
		const [claimed] = await worker.get(OutboxRepository).claim(10, 60_000);
		expect(claimed?.id).toBe(id);
		expect(await worker.get(OutboxRepository).claim(10, 60_000)).toEqual([]);
		const registered = worker.get(HandlerRegistry).load().get(rebuildUsage.name) as Registered;
		const deliver = () => worker.get(JobProcessor).process(registered, id, claimed && messageOf(claimed));
		await Promise.all(Array.from({ length: 5 }, deliver));
		const before = await asOwner('SELECT xmin, * FROM usage_rollups_hourly WHERE organization_id = $1', [organization]);
		for (let n = 0; n < 3; n++) await deliver();
		expect(before).toMatchObject([{ calls: '1' }]);
		expect(
			await asOwner('SELECT xmin, * FROM usage_rollups_hourly WHERE organization_id = $1', [organization]),
		).toEqual(before);
		expect(await worker.get(JobBus).state(scope, id)).toMatchObject({ status: 'done' });
	});
});

describe('a Redis that forgot everything', () => {
	it('loses no job: what was not done is offered again', async () => {
		worker = await aWorker();
		const scope = scopeFor(await anOrganization());
		const ids = await Promise.all(Array.from({ length: 50 }, () => put(scope)));
		const redis = new Redis(process.env['REDIS_URL'] as string);
		worker.get(OutboxRelay).start();
		await eventually(async () => ((await redis.llen('bull:usage:wait')) >= 50 ? true : undefined));
		await redis.flushdb();
		redis.disconnect();
		worker.get(JobRunner).start();
		await asOwner('UPDATE outbox SET deliver_at = now() WHERE organization_id = $1', [scope.organizationId]); // a minute later
		for (const id of ids) expect(await finished(scope, id)).toMatchObject({ status: 'done' });
	});

	it('learns the schedules again after a reconnect', async () => {
		const { proxy, url } = await TcpProxy.to(process.env['REDIS_URL'] as string);
		const redis = new Redis(process.env['REDIS_URL'] as string);
		const queues = [...new Set(scheduledJobs.map(({ contract }) => contract.queue))];
		const schedules = async () => {
			const names = await Promise.all(queues.map((queue) => redis.zrange(`bull:${queue}:repeat`, '0', '-1')));
			return names.flat().length === scheduledJobs.length ? names.flat().toSorted() : undefined;
		};
		worker = await aWorker({ REDIS_URL: url });
		worker.get(OutboxRelay).start();
		await eventually(schedules);
		proxy.cut();
		await redis.flushdb();
		proxy.pass();
		expect(await eventually(schedules)).toEqual(scheduledJobs.map(({ contract }) => contract.name).toSorted());
		redis.disconnect();
		await worker.get(OutboxRelay).stop();
		await proxy.close();
	});
});

it('a worker without jobs ends soon, also when Redis went first', async () => {
	const { proxy, url } = await TcpProxy.to(process.env['REDIS_URL'] as string);
	worker = await aWorker({ REDIS_URL: url });
	worker.get(OutboxRelay).start();
	worker.get(JobRunner).start();
	const scope = scopeFor(await anOrganization());
	expect(await finished(scope, await put(scope))).toMatchObject({ status: 'done' });
	proxy.cut();
	const before = performance.now();
	await drain(worker, 20_000);
	expect(performance.now() - before).toBeLessThan(10_000);
	proxy.pass(); // a process would have ended; here BullMQ has to find its end
	await eventually(() => (proxy.connections === 0 ? true : undefined));
	await proxy.close();
	worker = await aWorker();
});

it('scheduled jobs run by themselves', async () => {
	worker = await aWorker({ ROLLUP_EVERY_MS: '250' });
	const organization = await anOrganization();
	await aCallFor(organization);
	await asOwner('INSERT INTO usage_open_windows (organization_id, hour) VALUES ($1, $2)', [organization, hour]);
	worker.get(JobRunner).start();
	worker.get(OutboxRelay).start();
	await eventually(async () => ((await rolledUp(organization)).length === 1 ? true : undefined));
	expect(await rolledUp(organization)).toEqual([{ calls: '1' }]);
});
