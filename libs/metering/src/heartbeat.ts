import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Config } from '#libs/config';
import { RedisBreaker, RedisConnection } from '#libs/redis';
import { CallLedger } from './call-ledger.js';
import { LeaseStore } from './lease-store.js';

/**
 * Tells Redis every `HEARTBEAT_MS` that this process lives and how far its running calls are, so that the worker can
 * settle them with an estimate when it dies. Also right after each (re)connect, because Redis may have forgotten it.
 */
@Injectable()
export class Heartbeat implements OnModuleInit, OnModuleDestroy {
	private timer: NodeJS.Timeout | undefined;
	private readonly everyMs: number;
	private readonly now = (): void => void this.beat();
	private readonly tick = (): void => {
		if (!this.breaker.isOpen) this.now(); // the breaker's probe is the only one that asks a Redis that is away
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
		this.redis.client.on('ready', this.now);
		if (this.redis.client.status === 'ready') this.now();
		this.timer = setInterval(this.tick, this.everyMs);
	}

	onModuleDestroy(): void {
		clearInterval(this.timer);
		this.redis.client.off('ready', this.now);
	}

	/** One beat; failures feed the breaker and are made up for by the next. */
	async beat(): Promise<void> {
		const started = [...this.calls.openCalls].filter(
			(call) => call.lease !== 'none' && call.outputTokens !== call.reportedTokens,
		);
		await Promise.all([this.leases.beat(), this.leases.note(started)]);
	}
}
