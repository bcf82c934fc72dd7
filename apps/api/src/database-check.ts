import { setTimeout as pause } from 'node:timers/promises';
import { DataSource, QueryFailedError } from 'typeorm';
import type { Config } from '#libs/config';
import { dataSourceOptions, migrationStatus, refusePowerfulRole } from '#libs/database';
import type { Logs } from '#libs/telemetry';

const RETRY_MS = 1_000;

/** The configured role could leave row-level security behind. */
export class PowerfulRoleError extends Error {
	override readonly name = 'PowerfulRoleError';
}

/**
 * Resolves when PostgreSQL answers and has every migration of this build; waits for both, since others bring them about.
 * @throws PowerfulRoleError
 */
export async function databaseIsReady(config: Config, { logger }: Logs): Promise<void> {
	for (let told = ''; ; await pause(RETRY_MS)) {
		const obstacle = await obstacleOf(config.database.DATABASE_URL ?? '');
		if (obstacle === undefined) return;
		if (obstacle !== told) logger.warn(obstacle);
		told = obstacle;
	}
}

async function obstacleOf(url: string): Promise<string | undefined> {
	const source = new DataSource(dataSourceOptions({ url, poolSize: 1, applicationName: 'parallama-api-boot' }));
	try {
		await source.initialize();
		await refusePowerfulRole(source, 'DATABASE_URL').catch((error: unknown) => {
			throw error instanceof QueryFailedError ? error : new PowerfulRoleError(String((error as Error).message));
		});
		const pending = (await migrationStatus(source)).filter(({ isApplied }) => !isApplied);
		if (pending.length === 0) return undefined;
		return `waiting for migrations (parallama db migrate): ${pending.map(({ name }) => name).join(', ')}`;
	} catch (error) {
		if (error instanceof PowerfulRoleError) throw error;
		return `waiting for PostgreSQL: ${error instanceof Error ? error.message || error.name : String(error)}`;
	} finally {
		if (source.isInitialized) await source.destroy();
	}
}
