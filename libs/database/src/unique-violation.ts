import { QueryFailedError } from 'typeorm';

interface DriverError {
	readonly code?: string;
	readonly constraint?: string;
}

/** The name of the unique index that an error of PostgreSQL is about; `undefined` for every other error. */
export function violatedUnique(error: unknown): string | undefined {
	if (!(error instanceof QueryFailedError)) return undefined;
	const { code, constraint } = error.driverError as DriverError;
	return code === '23505' ? constraint : undefined;
}
