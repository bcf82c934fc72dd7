import { BullModule } from '@nestjs/bullmq';
import { type DynamicModule, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Config } from '#libs/config';
import { jobContracts } from '#libs/jobs';
import { puttingConnection } from '../runner/queue-connection.js';

/** The one connection that all queues put through. */
@Injectable()
export class QueueConnection implements OnApplicationShutdown {
	readonly redis: Redis;

	constructor(config: Config) {
		this.redis = puttingConnection(config.redis.REDIS_URL);
	}

	onApplicationShutdown(): void {
		this.redis.disconnect();
	}
}

@Module({ providers: [QueueConnection], exports: [QueueConnection] })
export class QueueConnectionModule {
	/** A queue for every name that a contract gives. */
	static queues(): DynamicModule[] {
		const names = [...new Set(jobContracts.map(({ queue }) => queue))];
		return [
			BullModule.forRootAsync({
				imports: [QueueConnectionModule],
				inject: [QueueConnection],
				useFactory: ({ redis }: QueueConnection) => ({ connection: redis }),
			}),
			BullModule.registerQueue(...names.map((name) => ({ name }))),
		];
	}
}
