import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Config } from '#libs/config';
import { RedisBreaker, RedisConnection } from '#libs/redis';
import { CallLedger } from './call-ledger.js';
import { LeaseStore } from './lease-store.js';

/**
 * Tells Redis every `HEARTBEAT_MS` that this process lives, which calls run without a lease, and how far all of them are, so
 * that the worker can settle them when it dies. Also right after each (re)connect, because Redis may have forgotten it.
 */
@Injectable()
export class Heartbeat implements OnModuleInit, OnModuleDestroy {
	private timer: NodeJS.Timeout | undefined;
	private readonly everyMs: number;
	private readonly again = (): void => void this.beat({ isNewConnection: true });
	private readonly tick = (): void => {
		if (!this.breaker.isOpen) void this.beat(); // the breaker's probe is the only one that asks a Redis that is away
	};

	constructor(
		config: Config,
		private readonly redis: RedisConnection,
		private readonly breaker: RedisBreaker,
		private readonly leases: LeaseStore,
		private readonly calls: CallLedger,
	) {
		this.everyMs = config.metering.HEARTBEAT_MS;
	}

	onModuleInit(): void {
		this.redis.hot.on('ready', this.again);
		if (this.redis.hot.status === 'ready') this.again();
		this.timer = setInterval(this.tick, this.everyMs);
	}

	onModuleDestroy(): void {
		clearInterval(this.timer);
		this.redis.hot.off('ready', this.again);
	}

	/** One beat; failures feed the breaker and are made up for by the next. */
	async beat({ isNewConnection = false } = {}): Promise<void> {
		const running = [...this.calls.openCalls];
		if (isNewConnection) for (const call of running) call.forgotten();
		const unheld = running.filter(({ lease }) => lease !== 'held');
		const started = running.filter((call) => call.outputTokens !== call.reportedTokens);
		await Promise.all([this.leases.beat(), this.leases.hold(unheld), this.leases.note(started)]);
	}
}
