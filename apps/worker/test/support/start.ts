import { NestFactory } from '@nestjs/core';
import { type INestApplicationContext } from '@nestjs/common';
import { Logs, Metrics, Readiness, type Telemetry } from '#libs/telemetry';
import { asOwner, testConfig } from '#libs/testing';
import { newId } from '#libs/kernel';
import { JobRunner } from '../../src/runner/job-runner.js';
import { WorkerModule } from '../../src/worker.module.js';

async function telemetry(): Promise<Telemetry> {
	const sink = { write: () => undefined, flushSync: () => undefined };
	const logs = await Logs.open('worker', { LOG_LEVEL: 'silent', LOG_PRETTY: 'off' }, sink);
	return { logs, metrics: new Metrics('worker'), readiness: new Readiness() };
}

/** A worker whose runner and relay are not started yet. */
export async function aWorker(settings: Record<string, string> = {}): Promise<INestApplicationContext> {
	const module = WorkerModule.of(testConfig('worker', settings), await telemetry());
	const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
	app.get(JobRunner).load();
	return app;
}

export async function anOrganization(): Promise<string> {
	const id = newId();
	await asOwner('INSERT INTO organizations (id, slug, name) VALUES ($1, $2, $2)', [id, `org-${id}`]);
	return id;
}
