import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '#libs/config';
import { databaseIsReady, PowerfulRoleError } from '#libs/database';
import { captureBug, flushSentry, type Logs, ManagementServer, type Telemetry } from '#libs/telemetry';
import { type Api, createApi, openTelemetry } from './create-api.js';
import { drain } from './drain.js';

const MANAGEMENT_PORT = 9_464;
const BAD_CONFIGURATION = 78; // EX_CONFIG of sysexits.h
const LAST_WORDS_MS = 2_000;

/** The api's life: boots, serves, drains on SIGTERM or SIGINT and ends the process with 0. */
export async function runApi(config: Config): Promise<void> {
	const telemetry = await openTelemetry(config);
	dieOfBugs(telemetry.logs);
	try {
		const management = new ManagementServer(telemetry.readiness, telemetry.metrics);
		const { HOST, PORT, MANAGEMENT_PORT: managementPort = MANAGEMENT_PORT } = config.http;
		const listening = await management.listen({ host: HOST, port: managementPort });
		endOnSignal(telemetry.logs); // nothing to drain yet
		await databaseIsReady(config.database.DATABASE_URL ?? '', 'DATABASE_URL', (reason) =>
			telemetry.logs.logger.warn(reason),
		);
		const api = await createApi(config, { telemetry });
		await api.app.listen(PORT, HOST);
		const { port } = api.app.getHttpServer().address() as AddressInfo;
		telemetry.readiness.phase = 'ready';
		telemetry.logs.logger.info({ host: HOST, port, managementPort: listening }, 'api is ready');
		drainOnSignal(config, telemetry, api, management);
	} catch (error) {
		if (error instanceof PowerfulRoleError) refuse(telemetry.logs, error);
		await die(telemetry.logs, error, 'boot');
	}
}

const signals = ['SIGTERM', 'SIGINT'] as const;

function endOnSignal(logs: Logs): void {
	for (const signal of signals) process.once(signal, () => end(logs, 0));
}

function drainOnSignal(config: Config, { logs, readiness }: Telemetry, api: Api, management: ManagementServer): void {
	const onSignal = async (signal: NodeJS.Signals): Promise<void> => {
		if (readiness.phase === 'draining') return end(logs, 1); // asked twice: at once
		readiness.phase = 'draining';
		logs.logger.info({ signal }, 'api drains');
		await pause(config.http.SHUTDOWN_DELAY_MS);
		await drain(api, config.http.SHUTDOWN_GRACE_MS);
		await management.close();
		await flushSentry(LAST_WORDS_MS);
		end(logs, 0);
	};
	for (const signal of signals) {
		process.removeAllListeners(signal);
		process.on(signal, () => void onSignal(signal).catch((error: unknown) => die(logs, error, 'drain')));
	}
}

/** A process in an unknown state must not go on. */
function dieOfBugs(logs: Logs): void {
	process.on('uncaughtException', (error) => void die(logs, error, 'uncaught exception'));
	process.on('unhandledRejection', (error) => void die(logs, error, 'unhandled rejection'));
}

async function die(logs: Logs, error: unknown, where: string): Promise<never> {
	captureBug(error, { where });
	logs.logger.fatal({ err: error }, `api ends: ${where}`);
	logs.flush();
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
