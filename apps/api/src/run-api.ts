import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '#libs/config';
import { databaseIsReady, PowerfulRoleError } from '#libs/database';
import { ManagementServer, ProcessLife, type Telemetry } from '#libs/telemetry';
import { createApi, openTelemetry } from './create-api.js';
import { drain } from './drain.js';

const MANAGEMENT_PORT = 9_464;

/** The api's life: boots, serves, drains on SIGTERM or SIGINT and ends the process with 0. */
export async function runApi(config: Config): Promise<void> {
	const telemetry = await openTelemetry(config);
	const life = new ProcessLife('api', telemetry);
	life.dieOfBugs();
	try {
		await serve(config, telemetry, life);
	} catch (error) {
		if (error instanceof PowerfulRoleError) life.refuse(error);
		await life.die(error, 'boot');
	}
}

async function serve(config: Config, telemetry: Telemetry, life: ProcessLife): Promise<void> {
	const { HOST, PORT, MANAGEMENT_PORT: port = MANAGEMENT_PORT, SHUTDOWN_DELAY_MS, SHUTDOWN_GRACE_MS } = config.http;
	const { logger } = telemetry.logs;
	const management = new ManagementServer(telemetry.readiness, telemetry.metrics);
	const managementPort = await management.listen({ host: HOST, port });
	life.endOnSignal();
	await databaseIsReady(config.database.DATABASE_URL ?? '', 'DATABASE_URL', (reason) => logger.warn(reason));
	const api = await createApi(config, { telemetry });
	await api.app.listen(PORT, HOST);
	const address = api.app.getHttpServer().address() as AddressInfo;
	telemetry.readiness.phase = 'ready';
	logger.info({ host: HOST, port: address.port, managementPort }, 'api is ready');
	life.drainOnSignal(async () => {
		await pause(SHUTDOWN_DELAY_MS);
		await drain(api, SHUTDOWN_GRACE_MS);
		await management.close();
	});
}
