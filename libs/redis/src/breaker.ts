import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { RedisConnection } from './redis-connection.js';

const OPENS_AFTER = 3; // consecutive failures
const PROBE_EVERY_MS = 250;

/**
 * Keeps callers away from a Redis that fails or hangs. Open: callers take their fallback at once; a probe closes it again.
 */
@Injectable()
export class RedisBreaker implements OnModuleDestroy {
	private readonly logger = new Logger('Redis');
	private failures = 0;
	private probe: NodeJS.Timeout | undefined;

	constructor(private readonly redis: RedisConnection) {}

	get isOpen(): boolean {
		return this.probe !== undefined;
	}

	succeeded(): void {
		this.failures = 0;
	}

	failed(error: unknown): void {
		if (++this.failures < OPENS_AFTER || this.probe !== undefined) return;
		this.logger.warn(`Redis is away (${error instanceof Error ? error.message : String(error)}): working without it`);
		this.probe = setInterval(() => void this.tryAgain(), PROBE_EVERY_MS);
		this.probe.unref();
	}

	private async tryAgain(): Promise<void> {
		try {
			await this.redis.client.ping();
		} catch {
			return;
		}
		clearInterval(this.probe);
		this.probe = undefined;
		this.failures = 0;
		this.logger.log('Redis is back');
	}

	onModuleDestroy(): void {
		clearInterval(this.probe);
	}
}
