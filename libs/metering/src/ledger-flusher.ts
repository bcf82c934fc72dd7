import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Config } from '#libs/config';
import type { CallOutcome } from './call.js';
import { LeaseStore } from './lease-store.js';
import type { LedgeredCall } from './ledgered-call.js';
import { type FinishedCall, ledgerRow } from './ledger-row.js';
import { isDataError, UsageLedger } from './persistence/usage-ledger.js';
import { PriceBook } from './prices/price-book.js';
import { dayText } from './utc-day.js';

const BATCH = 5_000;
const SLOWEST_RETRY_MS = 5_000;
const MOST_LEFTOVERS = 100_000;
const DRAIN_LIMIT_MS = 10_000;

/**
 * Writes finished calls to the ledger in batches, and deletes their leases only after the commit. While PostgreSQL is
 * away it keeps them; above `LEDGER_BUFFER_MAX` it lets go of calls whose lease carries the outcome, never of others.
 */
@Injectable()
export class LedgerFlusher implements OnModuleDestroy {
	private readonly logger = new Logger('Ledger');
	private waiting: LedgeredCall[] = [];
	private writing: LedgeredCall[] = [];
	/** Written calls whose lease could not be deleted yet. */
	private leftovers: LedgeredCall[] = [];
	private timer: NodeJS.Timeout | undefined;
	private run: Promise<boolean> | undefined;
	private failures = 0;
	private left = 0;
	private readonly everyMs: number;
	private readonly most: number;

	constructor(
		config: Config,
		private readonly ledger: UsageLedger,
		private readonly leases: LeaseStore,
		private readonly prices: PriceBook,
	) {
		this.everyMs = config.metering.LEDGER_FLUSH_MS;
		this.most = config.metering.LEDGER_BUFFER_MAX;
	}

	/** Told of calls whose rows have just been committed. */
	onWritten: ((calls: readonly LedgeredCall[]) => void) | undefined;

	/** Finished calls that are not in the ledger yet. */
	get pending(): number {
		return this.waiting.length + this.writing.length;
	}

	/** For how many milliseconds the call that waits longest has been over. */
	lagMs(nowMs: number): number {
		const oldest = this.writing[0] ?? this.waiting[0];
		return oldest === undefined ? 0 : Math.max(0, nowMs - oldest.occurredAtMs - (oldest.outcome?.durationMs ?? 0));
	}

	/** Calls that this process left to the worker because its memory for them was full. */
	get leftToLeases(): number {
		return this.left;
	}

	/** Takes a settled call. */
	push(call: LedgeredCall): void {
		this.waiting.push(call);
		if (this.timer === undefined) this.schedule(this.everyMs);
		if (this.waiting.length > this.most) this.shed();
	}

	/** Writes what there is, at most for `limitMs`; what then remains is in the leases. */
	async drain(limitMs = DRAIN_LIMIT_MS): Promise<void> {
		const end = performance.now() + limitMs;
		while (this.pending > 0 || this.run !== undefined) {
			if (await this.flush()) continue;
			if (performance.now() >= end) {
				this.logger.error(`${this.pending} finished calls are not in the ledger: their leases have to do`);
				break;
			}
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
		clearTimeout(this.timer);
		this.timer = undefined;
	}

	async onModuleDestroy(): Promise<void> {
		await this.drain();
	}

	/** Writes everything that waits now. Resolves false when the ledger refused or could not be reached. */
	async flush(): Promise<boolean> {
		this.run ??= this.writeAll().finally(() => {
			this.run = undefined;
		});
		return this.run;
	}

	private schedule(afterMs: number): void {
		this.timer = setTimeout(() => void this.onTime(), afterMs);
	}

	private async onTime(): Promise<void> {
		await this.flush();
		this.timer = undefined;
		if (this.waiting.length + this.leftovers.length > 0) this.schedule(this.pauseMs());
	}

	private pauseMs(): number {
		if (this.failures === 0) return this.everyMs;
		return Math.min(Math.max(this.everyMs, 50) * 2 ** Math.min(this.failures, 10), SLOWEST_RETRY_MS);
	}

	private async writeAll(): Promise<boolean> {
		const done = this.leftovers;
		this.leftovers = [];
		let isWritten = true;
		while (isWritten && this.waiting.length > 0) {
			this.writing = this.waiting.splice(0, BATCH);
			isWritten = await this.write(this.writing);
			if (isWritten) done.push(...this.writing);
			else this.waiting.unshift(...this.writing);
			this.writing = [];
		}
		if (this.waiting.length > this.most) this.shed();
		await this.forget(done);
		return isWritten;
	}

	private async write(calls: LedgeredCall[]): Promise<boolean> {
		try {
			await this.chargeLate(calls);
			await this.append(calls.map(finished));
		} catch (error) {
			if (this.failures++ === 0) this.logger.warn(`The ledger cannot be written, calls wait: ${String(error)}`);
			return false;
		}
		if (this.failures > 0) this.logger.log('The ledger is written again');
		this.failures = 0;
		this.onWritten?.(calls);
		for (const call of calls) call.onWritten?.();
		return true;
	}

	/** Calls that were admitted while the prices could not be read are charged now. @throws AppError unavailable */
	private async chargeLate(calls: readonly LedgeredCall[]): Promise<void> {
		for (const call of calls)
			if (call.outcome?.cost === undefined) call.charge(await this.prices.of(call.start.organizationId));
	}

	/** A row that PostgreSQL cannot take must not hold up the others: it is searched by halves and ends up in the log. */
	private async append(calls: FinishedCall[]): Promise<void> {
		const rows = calls.map(ledgerRow);
		try {
			await this.ledger.append(rows);
		} catch (error) {
			if (!isDataError(error)) throw error;
			if (calls.length === 1) {
				this.logger.error(`The ledger refused a row (${String(error)}): ${JSON.stringify(rows[0])}`);
				return;
			}
			const half = calls.length >> 1;
			await this.append(calls.slice(0, half));
			await this.append(calls.slice(half));
		}
	}

	/** One command per organization, all in one go. */
	private async forget(calls: LedgeredCall[]): Promise<void> {
		const leased = calls.filter(({ lease }) => lease !== 'none');
		if (this.leases.areAway) return this.remember(leased);
		if (!(await this.settleRest(leased.filter(isUnsettled)))) return this.remember(leased);
		const groups = [...Map.groupBy(leased, ({ start }) => start.organizationId)];
		const removed = await Promise.all(
			groups.map(([organizationId, mine]) =>
				this.leases.remove(
					organizationId,
					mine.map(({ eventId }) => eventId),
				),
			),
		);
		this.remember(groups.flatMap(([, mine], at) => (removed[at] ? [] : mine)));
	}

	/** A settlement that is under way comes before the deletion, on the same connection. */
	private async settleRest(calls: readonly LedgeredCall[]): Promise<boolean> {
		const settled = await Promise.all(calls.map((call) => this.leases.settleAgain(call, call.outcome as CallOutcome)));
		return settled.every(Boolean);
	}

	private remember(calls: LedgeredCall[]): void {
		this.leftovers = calls.slice(-MOST_LEFTOVERS); // the worker finds the others once their hard end has passed
	}

	/** Down to nine tenths, oldest first, so that it does not happen for every call. */
	private shed(): void {
		let surplus = this.waiting.length - Math.floor(this.most * 0.9);
		const before = this.waiting.length;
		this.waiting = this.waiting.filter(({ lease }) => surplus <= 0 || lease !== 'complete' || surplus-- <= 0);
		const shed = before - this.waiting.length;
		if (shed === 0) return;
		this.left += shed;
		this.logger.error(`Memory for finished calls is full: ${shed} are left to their leases`);
	}
}

/** It still holds something of its limits, as far as one knows. */
const isUnsettled = ({ reservation, settlement }: LedgeredCall): boolean =>
	reservation !== undefined && settlement === 'none';

const finished = (call: LedgeredCall): FinishedCall => ({
	eventId: call.eventId,
	occurredOn: dayText(call.day),
	occurredAtMs: call.occurredAtMs,
	start: call.start,
	// only settled calls are pushed, and by now they are charged
	outcome: call.outcome as FinishedCall['outcome'],
});
