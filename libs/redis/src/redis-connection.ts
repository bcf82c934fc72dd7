import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Redis } from 'ioredis';
import { Config } from '#libs/config';

/** No call waits longer for a command (see `answered`): a hung Redis is worse than a dead one. */
export const COMMAND_TIMEOUT_MS = 50;
/** Commands that no call waits for. */
export const API_TIMEOUT_MS = 250;
const BACKGROUND_TIMEOUT_MS = 5_000;

/**
 * Connections for counters, leases and epochs: commands of one tick travel together, nothing is queued while Redis is
 * away, nothing is retried behind our back.
 */
@Injectable()
export class RedisConnection implements OnModuleDestroy {
	readonly client: Redis;
	/** For what every call does: the driver keeps no timer for each command, so the sender limits its wait (`answered`). */
	readonly hot: Redis;

	constructor(config: Config) {
		const commandTimeout = config.process === 'api' ? API_TIMEOUT_MS : BACKGROUND_TIMEOUT_MS;
		this.client = connect(config.redis.REDIS_URL, { commandTimeout });
		this.hot = config.process === 'api' ? connect(config.redis.REDIS_URL, {}) : this.client;
	}

	/** Waits for the first connection; resolves `false` when Redis does not come up in time. */
	async connected(limitMs: number): Promise<boolean> {
		if (this.client.status === 'ready') return true;
		return new Promise((resolve) => {
			const settle = (result: boolean) => {
				clearTimeout(timer);
				this.client.off('ready', ready);
				resolve(result);
			};
			const ready = () => settle(true);
			const timer = setTimeout(() => settle(false), limitMs);
			this.client.once('ready', ready);
		});
	}

	onModuleDestroy(): void {
		this.client.disconnect();
		this.hot.disconnect();
	}
}

function connect(url: string, options: { commandTimeout?: number }): Redis {
	const client = new Redis(url, {
		...options,
		enableAutoPipelining: true,
		enableOfflineQueue: false,
		connectTimeout: 2_000,
		maxRetriesPerRequest: 0,
		autoResendUnfulfilledCommands: false,
		retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
	});
	client.on('error', () => undefined); // every caller sees its own failure; state is watched by the breaker
	return client;
}
