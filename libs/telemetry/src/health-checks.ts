import { ServiceUnavailableException } from '@nestjs/common';
import type { HealthCheckResult } from '@nestjs/terminus';
import type { Checks } from './readiness.js';

/**
 * What terminus found, by name and without its reasons: they name hosts. terminus throws the result when something is
 * down.
 */
export async function checksOf(asked: Promise<HealthCheckResult>): Promise<Checks> {
	const { details } = await asked.catch(resultIn);
	const names = Object.keys(details).toSorted();
	return Object.fromEntries(names.map((name) => [name, details[name]?.status === 'up' ? 'up' : 'down']));
}

function resultIn(thrown: unknown): HealthCheckResult {
	if (thrown instanceof ServiceUnavailableException) return thrown.getResponse() as HealthCheckResult;
	throw thrown;
}
