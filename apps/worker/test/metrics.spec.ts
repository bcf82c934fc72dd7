import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { getQueueToken } from '@nestjs/bullmq';
import type { Queue } from 'bullmq';
import { newId, systemScope } from '#libs/kernel';
import { Metrics } from '#libs/telemetry';
import { asOwner, eventually, freshDatabase } from '#libs/testing';
import { SurveyKeysHandler } from '../src/keys/survey-keys.handler.js';
import { OutboxRelay } from '../src/relay/outbox-relay.js';
import { JobRunner } from '../src/runner/job-runner.js';
import { drain } from '../src/run-worker.js';
import { aWorker } from './support/start.js';

const SYSTEM = '00000000-0000-7000-8000-000000000001';

let worker: INestApplicationContext;
beforeAll(async () => {
	await freshDatabase();
	worker = await aWorker();
});
afterAll(() => drain(worker, 5_000));

const text = () => worker.get(Metrics).text();
const sample = async (start: string) => Number(new RegExp(`^${start} (\\S+)$`, 'm').exec(await text())?.[1]);

/** A key that ends in so many hours, used or not. */
async function aKey(organizationId: string, hours: number, isUsed: boolean): Promise<void> {
	const [projectId, userId, id] = [newId(), newId(), newId()];
	await asOwner('INSERT INTO projects (organization_id, id, name) VALUES ($1, $2, $3)', [
		organizationId,
		projectId,
		id,
	]);
	await asOwner('INSERT INTO users (id, email, name) VALUES ($1, $2, $2)', [userId, `${id}@example.test`]);
	await asOwner('INSERT INTO memberships (organization_id, id, user_id) VALUES ($1, $2, $3)', [
		organizationId,
		newId(),
		userId,
	]);
	await asOwner(
		`INSERT INTO api_keys (organization_id, id, project_id, user_id, key_id, secret_hash, pepper_kid, name, expires_at, last_used_at)
		VALUES ($1, $2, $3, $4, $5, '\\x00', 'k', 'test', now() + make_interval(hours => $6), CASE WHEN $7 THEN now() END)`,
		[organizationId, id, projectId, userId, id.slice(-12), hours, isUsed],
	);
}

describe('metrics of the worker', () => {
	it('say how many keys in use end soon, over all organizations', async () => {
		await aKey(SYSTEM, 20, true);
		await aKey(SYSTEM, 20, false);
		await aKey(SYSTEM, 24 * 6, true);
		await aKey(SYSTEM, 24 * 60, true);
		await worker.get(SurveyKeysHandler).handle(systemScope(SYSTEM, 'test', 'test'));
		for (const [within, count] of [
			['1d', 1],
			['7d', 2],
			['30d', 2],
		] as const)
			expect([within, await sample(`parallama_keys_expiring{within="${within}",service="worker"}`)]).toEqual([
				within,
				count,
			]);
	});

	it('say how deep queues are and for how long the oldest job has waited', async () => {
		const queue = worker.get<Queue>(getQueueToken('upkeep'), { strict: false });
		await queue.pause();
		await queue.add('no.such-job', {}, { timestamp: Date.now() - 600_000, removeOnFail: true });
		expect(await sample('parallama_queue_oldest_seconds{queue="upkeep",service="worker"}')).toBeGreaterThanOrEqual(600);
		await queue.resume();
		worker.get(JobRunner).start();
		await eventually(async () =>
			(await text()).includes('parallama_jobs_given_up_total{queue="upkeep",job_name="no.such-job"') ? true : undefined,
		);
		expect(await sample('parallama_queue_oldest_seconds{queue="upkeep",service="worker"}')).toBe(0);
	});

	it('say how long jobs waited and took', async () => {
		worker.get(OutboxRelay).start();
		await eventually(async () =>
			/^parallama_job_duration_seconds_count\{.*queue="upkeep",job_name="audit.seal",outcome="done".*\} [1-9]/m.test(
				await text(),
			)
				? true
				: undefined,
		);
		expect(await text()).toMatch(
			/^parallama_job_wait_seconds_count\{.*queue="upkeep",job_name="audit.seal".*\} [1-9]/m,
		);
	});
});
