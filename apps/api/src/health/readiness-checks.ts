import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HealthCheckService, TypeOrmHealthIndicator } from '@nestjs/terminus';
import { RedisConnection, RedisHealthIndicator } from '#libs/redis';
import { type Checks, checksOf, Readiness } from '#libs/telemetry';

/** Asks this process's dependencies for the readiness probe. */
@Injectable()
export class ReadinessChecks implements OnModuleInit {
	constructor(
		private readonly readiness: Readiness,
		private readonly health: HealthCheckService,
		private readonly database: TypeOrmHealthIndicator,
		private readonly redis: RedisHealthIndicator,
		private readonly connection: RedisConnection,
	) {}

	onModuleInit(): void {
		this.readiness.checks = () => this.ask();
	}

	private ask(): Promise<Checks> {
		return checksOf(
			this.health.check([
				() => this.database.pingCheck('postgres'),
				() => this.redis.pingCheck('redis', this.connection.client),
			]),
		);
	}
}
