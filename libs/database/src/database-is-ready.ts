import { setTimeout as pause } from 'node:timers/promises';
import { DataSource, QueryFailedError } from 'typeorm';
import { dataSourceOptions } from './data-source.js';
import { migrationStatus } from './migrator.js';
import { refusePowerfulRole } from './role-check.js';

const RETRY_MS = 1_000;

/** The configured role could leave row-level security behind. */
export class PowerfulRoleError extends Error {
	override readonly name = 'PowerfulRoleError';
}

/**
 * Resolves when PostgreSQL answers at `url` and has every migration of this build; waits for both, since others bring them
 * about, and tells each new reason once. `variable` is the setting that holds the URL.
 * @throws PowerfulRoleError
 */
export async function databaseIsReady(url: string, variable: string, tell: (reason: string) => void): Promise<void> {
	for (let told = ''; ; await pause(RETRY_MS)) {
		const obstacle = await obstacleOf(url, variable);
		if (obstacle === undefined) return;
		if (obstacle !== told) tell(obstacle);
		told = obstacle;
	}
}

async function obstacleOf(url: string, variable: string): Promise<string | undefined> {
	const source = new DataSource(dataSourceOptions({ url, poolSize: 1, applicationName: 'parallama-boot' }));
	try {
		await source.initialize();
		await refusePowerfulRole(source, variable).catch((error: unknown) => {
			throw error instanceof QueryFailedError ? error : new PowerfulRoleError((error as Error).message);
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
