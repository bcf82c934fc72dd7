import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Redis } from 'ioredis';
import type { LoggedEvent, RunEvent } from '#libs/chat';
import { Config } from '#libs/config';
import { organizationKey } from '#libs/redis';

const WHILE_RUNNING_S = 3_600;
/** For readers of other replicas that are a little behind; then the row has it all. */
const AFTER_END_S = 60;
const COMMAND_MS = 2_000;

export interface RunKey {
	readonly organizationId: string;
	readonly id: string;
}

const keyOf = ({ organizationId, id }: RunKey): string => organizationKey(organizationId, `run:${id}`);

/**
 * The logs of runs under way in Redis, for other replicas and for what is left when a process dies. On a connection of
 * their own: no call waits behind a long answer.
 */
@Injectable()
export class RunStream implements OnModuleDestroy {
	private readonly redis: Redis;

	constructor(config: Config) {
		this.redis = new Redis(config.redis.REDIS_URL, {
			commandTimeout: COMMAND_MS,
			enableOfflineQueue: false,
			connectTimeout: COMMAND_MS,
			maxRetriesPerRequest: 0,
			autoResendUnfulfilledCommands: false,
			retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
		});
		this.redis.on('error', () => undefined); // who writes or reads sees its own failure
	}

	/**
	 * Appends events from the place `from` on; what is there already is skipped, so that a write whose answer got lost can be
	 * repeated. Returns whether Redis has them.
	 */
	async append(key: RunKey, from: number, events: readonly RunEvent[]): Promise<boolean> {
		const pipeline = this.redis.pipeline();
		for (const [at, event] of events.entries())
			pipeline.xadd(keyOf(key), `${from + at + 1}-0`, 'event', JSON.stringify(event));
		pipeline.expire(keyOf(key), events.at(-1)?.type === 'end' ? AFTER_END_S : WHILE_RUNNING_S);
		const answers = await pipeline.exec().catch(() => null);
		return answers?.every(([error]) => error === null || isThere(error)) ?? false;
	}

	/** At most `limit` events behind a place, without gaps. @throws what the driver throws */
	async read(key: RunKey, after: number, limit: number): Promise<LoggedEvent[]> {
		const rows = await this.redis.xrange(keyOf(key), `(${after}-0`, '+', 'COUNT', limit);
		const events = rows.map(([id, fields]) => ({
			sequence: Number.parseInt(id, 10),
			event: JSON.parse(fields[1] ?? 'null') as RunEvent,
		}));
		const gap = events.findIndex(({ sequence }, at) => sequence !== after + at + 1);
		return gap === -1 ? events : events.slice(0, gap);
	}

	onModuleDestroy(): void {
		this.redis.disconnect();
	}
}

const isThere = (error: Error): boolean => error.message.includes('equal or smaller');
