import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Redis } from 'ioredis';
import { Config } from '#libs/config';
import { RedisConnection } from './redis-connection.js';

/** Channels are common to all databases of a Redis, so that its number tells installations apart. */
const channelOf = (url: string): string => `parallama:${new URL(url).pathname.slice(1) || '0'}:invalidate`;

type Listener = (id: string) => void;

/**
 * Tells every replica to forget a cached thing. It may be lost: caches also expire, and the admission script carries the
 * epoch of what it admits.
 */
@Injectable()
export class Invalidations implements OnModuleDestroy {
	private readonly subscriber: Redis;
	private readonly channel: string;
	private readonly listeners = new Map<string, Set<Listener>>();

	constructor(
		config: Config,
		private readonly redis: RedisConnection,
	) {
		this.channel = channelOf(config.redis.REDIS_URL);
		this.subscriber = new Redis(config.redis.REDIS_URL, {
			maxRetriesPerRequest: null,
			retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
		});
		this.subscriber.on('error', () => undefined);
		this.subscriber.on('message', (_channel: string, message: string) => this.deliver(message));
		this.subscriber.subscribe(this.channel).catch(() => undefined); // ioredis subscribes again after each reconnect
	}

	/** `topic` such as `key`, `session`, `providers`; the listener gets the id. */
	on(topic: string, listener: Listener): void {
		const set = this.listeners.get(topic) ?? new Set();
		this.listeners.set(topic, set.add(listener));
	}

	/** Best effort; this process hears it at once. */
	async publish(topic: string, id: string): Promise<void> {
		this.deliver(`${topic} ${id}`);
		await this.redis.client.publish(this.channel, `${topic} ${id}`).catch(() => 0);
	}

	private deliver(message: string): void {
		const space = message.indexOf(' ');
		for (const listener of this.listeners.get(message.slice(0, space)) ?? []) listener(message.slice(space + 1));
	}

	onModuleDestroy(): void {
		this.subscriber.disconnect();
	}
}
