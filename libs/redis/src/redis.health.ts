import { Injectable } from '@nestjs/common';
import { type HealthCheckAttempt, HealthIndicatorService } from '@nestjs/terminus';

const LIMIT_MS = 1_000;

/** Anything that can ask Redis whether it is there; rejects while it is away. */
export interface Pingable {
	ping(): Promise<unknown>;
}

/** Redis as a health check of terminus. */
@Injectable()
export class RedisHealthIndicator {
	constructor(private readonly indicators: HealthIndicatorService) {}

	/** Up when the connection answers within a second. */
	pingCheck<Key extends string>(key: Key, connection: Pingable): HealthCheckAttempt<Key> {
		return this.indicators
			.check(key)
			.attempt(async () => {
				await connection.ping();
			})
			.withTimeout(LIMIT_MS);
	}
}
