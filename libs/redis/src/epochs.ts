import { Injectable } from '@nestjs/common';
import { RedisConnection } from './redis-connection.js';

/** All keys of an organization share a hash slot, so that one script can read and write them. */
export const organizationKey = (organizationId: string, name: string): string => `{${organizationId}}:${name}`;

/** Fields of an organization's epochs. */
export const epochField = {
	key: (id: string): string => `k:${id}`,
	membership: (userId: string): string => `m:${userId}`,
} as const;

/**
 * What was revoked, so that the admission script of any replica refuses a principal that was cached before. PostgreSQL
 * is the truth; a lost epoch only means that the caches' time to live decides.
 */
@Injectable()
export class Epochs {
	constructor(private readonly redis: RedisConnection) {}

	/** Best effort, after the commit of the revocation. */
	async raise(organizationId: string, field: string, epoch: number): Promise<void> {
		await this.redis.client.hset(organizationKey(organizationId, 'epochs'), field, epoch).catch(() => 0);
	}
}
