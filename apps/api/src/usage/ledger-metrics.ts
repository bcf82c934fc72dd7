import { Injectable } from '@nestjs/common';
import { CallLedger, type LedgeredCall, LedgerFlusher, UNPRICED } from '#libs/metering';
import { RedisBreaker, ServerClock } from '#libs/redis';
import { type HotCounter, Metrics } from '#libs/telemetry';

const NANO = 1e9;

/** The state of the ledger of this process, and what it wrote. */
@Injectable()
export class LedgerMetrics {
	private readonly calls: HotCounter;
	private readonly unpriced: HotCounter;
	private readonly cost: HotCounter;

	constructor(
		private readonly ledger: CallLedger,
		private readonly flusher: LedgerFlusher,
		private readonly clock: ServerClock,
		private readonly redis: RedisBreaker,
		metrics: Metrics,
	) {
		this.calls = metrics.hotCounter('parallama_ledger_calls_total', 'Ledger rows by where their usage comes from', [
			'source',
		]);
		this.unpriced = metrics.hotCounter('parallama_unpriced_calls_total', 'Calls that used something without a price', [
			'vendor',
			'model',
		]);
		this.cost = metrics.hotCounter('parallama_cost_usd_total', 'What calls cost', ['vendor', 'model']);
		for (const source of ['provider', 'provider_partial', 'estimated', 'none']) this.calls.of(source);
		flusher.onWritten = (calls) => {
			for (const call of calls) this.written(call);
		};
		this.gauges(metrics);
	}

	private written({ start, outcome }: LedgeredCall): void {
		if (outcome === undefined) return;
		const { usageSource, cost, vendor = start.vendor, model = start.model } = outcome;
		this.calls.of(usageSource).add();
		if (cost === UNPRICED) this.unpriced.of(vendor, model).add();
		else if (cost !== undefined && cost.total > 0n) this.cost.of(vendor, model).add(Number(cost.total) / NANO);
	}

	private gauges(metrics: Metrics): void {
		const gauge = (name: string, help: string, read: () => number): void => {
			metrics.gauge(name, help, [], (it) => it.set(read()));
		};
		gauge('parallama_open_calls', 'Admitted calls that are not settled yet', () => this.ledger.openCalls.size);
		gauge(
			'parallama_ledger_pending_calls',
			'Finished calls whose ledger row is not written yet',
			() => this.flusher.pending,
		);
		gauge(
			'parallama_ledger_lag_seconds',
			'For how long the call that waits longest for its row has been over',
			() => this.flusher.lagMs(this.clock.now()) / 1_000,
		);
		gauge(
			'parallama_ledger_left_to_leases',
			'Finished calls left to the worker, memory being full',
			() => this.flusher.leftToLeases,
		);
		gauge('parallama_redis_away', 'Whether this process works without Redis', () => (this.redis.isOpen ? 1 : 0));
	}
}
