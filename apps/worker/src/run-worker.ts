import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Config } from '#libs/config';
import { databaseIsReady, PowerfulRoleError } from '#libs/database';
import {
	Logs,
	ManagementServer,
	Metrics,
	NestPinoLogger,
	ProcessLife,
	Readiness,
	type Telemetry,
} from '#libs/telemetry';
import { OutboxRelay } from './relay/outbox-relay.js';
import { JobRunner } from './runner/job-runner.js';
import { WorkerModule } from './worker.module.js';

const MANAGEMENT_PORT = 9_465;

/** The worker's life: boots, takes jobs, drains on SIGTERM or SIGINT and ends the process with 0. */
export async function runWorker(config: Config): Promise<void> {
	const logs = await Logs.open('parallama-worker', config.telemetry);
	const telemetry = { logs, metrics: new Metrics('parallama-worker'), readiness: new Readiness() };
	const life = new ProcessLife('worker', telemetry);
	life.dieOfBugs();
	try {
		await work(config, telemetry, life);
	} catch (error) {
		if (error instanceof PowerfulRoleError) life.refuse(error);
		await life.die(error, 'boot');
	}
}

async function work(config: Config, telemetry: Telemetry, life: ProcessLife): Promise<void> {
	const { HOST, MANAGEMENT_PORT: port = MANAGEMENT_PORT, SHUTDOWN_GRACE_MS } = config.http;
	const { logger } = telemetry.logs;
	const management = new ManagementServer(telemetry.readiness, telemetry.metrics);
	const managementPort = await management.listen({ host: HOST, port });
	life.endOnSignal();
	const { DATABASE_WORKER_URL = '' } = config.database;
	await databaseIsReady(DATABASE_WORKER_URL, 'DATABASE_WORKER_URL', (reason) => logger.warn(reason));
	const app = await boot(config, telemetry);
	telemetry.readiness.phase = 'ready';
	logger.info({ managementPort }, 'worker is ready');
	life.drainOnSignal(async () => {
		await drain(app, SHUTDOWN_GRACE_MS);
		await management.close();
	});
}

/** Everything but signals and the management port. @throws Error when it must not or cannot run. */
export async function boot(config: Config, telemetry: Telemetry): Promise<INestApplicationContext> {
	const app = await NestFactory.createApplicationContext(WorkerModule.of(config, telemetry), {
		logger: new NestPinoLogger(telemetry.logs.logger),
		abortOnError: false,
	});
	const runner = app.get(JobRunner);
	runner.load();
	runner.start();
	app.get(OutboxRelay).start();
	return app;
}

/** Takes nothing new, lets running jobs end for `SHUTDOWN_GRACE_MS`, closes. */
export async function drain(app: INestApplicationContext, graceMs: number): Promise<void> {
	await Promise.all([app.get(OutboxRelay).stop(), app.get(JobRunner).stop(graceMs)]);
	await app.close();
}
