import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Config } from '#libs/config';
import { databaseIsReady, PowerfulRoleError, UnitOfWork } from '#libs/database';
import {
	captureBug,
	flushSentry,
	Logs,
	ManagementServer,
	Metrics,
	NestPinoLogger,
	Readiness,
	type Telemetry,
} from '#libs/telemetry';
import { JobQueues } from './relay/job-queues.js';
import { OutboxRelay } from './relay/outbox-relay.js';
import { JobRunner } from './runner/job-runner.js';
import { WorkerModule } from './worker.module.js';

const MANAGEMENT_PORT = 9_465;
const BAD_CONFIGURATION = 78; // EX_CONFIG of sysexits.h
const LAST_WORDS_MS = 2_000;

/** The worker's life: boots, takes jobs, drains on SIGTERM or SIGINT and ends the process with 0. */
export async function runWorker(config: Config): Promise<void> {
	const logs = await Logs.open('parallama-worker', config.telemetry);
	const telemetry = { logs, metrics: new Metrics('parallama-worker'), readiness: new Readiness() };
	dieOfBugs(logs);
	try {
		const management = new ManagementServer(telemetry.readiness, telemetry.metrics);
		const port = await management.listen({
			host: config.http.HOST,
			port: config.http.MANAGEMENT_PORT ?? MANAGEMENT_PORT,
		});
		endOnSignal(logs); // nothing to drain yet
		await databaseIsReady(config.database.DATABASE_WORKER_URL ?? '', 'DATABASE_WORKER_URL', (reason) =>
			logs.logger.warn(reason),
		);
		const app = await boot(config, telemetry);
		telemetry.readiness.phase = 'ready';
		logs.logger.info({ managementPort: port }, 'worker is ready');
		drainOnSignal(config, telemetry, app, management);
	} catch (error) {
		if (error instanceof PowerfulRoleError) refuse(logs, error);
		await die(logs, error, 'boot');
	}
}

/** Everything but signals and the management port. @throws Error when it must not or cannot run. */
export async function boot(config: Config, telemetry: Telemetry): Promise<INestApplicationContext> {
	const app = await NestFactory.createApplicationContext(WorkerModule.of(config, telemetry), {
		logger: new NestPinoLogger(telemetry.logs.logger),
		abortOnError: false,
	});
	const work = app.get(UnitOfWork, { strict: false });
	const runner = app.get(JobRunner);
	runner.load();
	const queues = app.get(JobQueues);
	telemetry.readiness.check('postgres', () => work.callDefiner('SELECT 1', []));
	telemetry.readiness.check('redis', () => queues.ping());
	runner.start();
	app.get(OutboxRelay).start();
	return app;
}

/** Takes nothing new, lets running jobs end for `SHUTDOWN_GRACE_MS`, closes. */
export async function drain(app: INestApplicationContext, graceMs: number): Promise<void> {
	await Promise.all([app.get(OutboxRelay).stop(), app.get(JobRunner).stop(graceMs)]);
	await app.close();
}

const signals = ['SIGTERM', 'SIGINT'] as const;

function endOnSignal(logs: Logs): void {
	for (const signal of signals) process.once(signal, () => end(logs, 0));
}

function drainOnSignal(
	config: Config,
	{ logs, readiness }: Telemetry,
	app: INestApplicationContext,
	management: ManagementServer,
): void {
	const onSignal = (signal: NodeJS.Signals): void => {
		if (readiness.phase === 'draining') end(logs, 1); // asked twice: at once
		readiness.phase = 'draining';
		logs.logger.info({ signal }, 'worker drains');
		drain(app, config.http.SHUTDOWN_GRACE_MS)
			.then(() => management.close())
			.then(() => flushSentry(LAST_WORDS_MS))
			.then(
				() => end(logs, 0),
				(error: unknown) => die(logs, error, 'drain'),
			);
	};
	for (const signal of signals) {
		process.removeAllListeners(signal);
		process.on(signal, onSignal);
	}
}

/** A process in an unknown state must not go on. */
function dieOfBugs(logs: Logs): void {
	process.on('uncaughtException', (error) => void die(logs, error, 'uncaught exception'));
	process.on('unhandledRejection', (error) => void die(logs, error, 'unhandled rejection'));
}

async function die(logs: Logs, error: unknown, where: string): Promise<never> {
	captureBug(error, { where });
	logs.logger.fatal({ err: error }, `worker ends: ${where}`);
	await flushSentry(LAST_WORDS_MS);
	return end(logs, 1);
}

function refuse(logs: Logs, { message }: Error): never {
	process.stderr.write(`${message}\n`);
	return end(logs, BAD_CONFIGURATION);
}

function end(logs: Logs, code: number): never {
	logs.flush();
	process.exit(code);
}
