import { Injectable, type OnModuleInit } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { RedisConnection } from '#libs/redis';
import { Readiness } from '#libs/telemetry';

/** Names this process's dependencies to the readiness probe. */
@Injectable()
export class ReadinessChecks implements OnModuleInit {
	constructor(
		private readonly readiness: Readiness,
		private readonly database: UnitOfWork,
		private readonly redis: RedisConnection,
	) {}

	onModuleInit(): void {
		this.readiness.check('postgres', () => this.database.callDefiner('SELECT 1', []));
		this.readiness.check('redis', () => this.redis.client.ping());
	}
}
