import { Redis } from 'ioredis';

const retryStrategy = (attempt: number): number => Math.min(attempt * 50, 1_000);

/** For taking jobs: blocking commands wait as long as it takes, also for Redis to come back. */
export function takingConnection(url: string): Redis {
	const client = new Redis(url, { maxRetriesPerRequest: null, retryStrategy });
	client.on('error', () => undefined); // it reconnects by itself; readiness tells
	return client;
}

/** For putting jobs: fails at once while Redis is away, since the outbox keeps what could not be put. */
export function puttingConnection(url: string): Redis {
	const client = new Redis(url, {
		maxRetriesPerRequest: 0,
		enableOfflineQueue: false,
		commandTimeout: 2_000,
		retryStrategy,
	});
	client.on('error', () => undefined);
	return client;
}
