import { Injectable } from '@nestjs/common';
import { AppError, newId, Roster } from '#libs/kernel';
import { COMMAND_TIMEOUT_MS, RedisBreaker, ServerClock } from '#libs/redis';
import type { CallOutcome, CallStart } from './call.js';
import { type Attempt, LeaseStore } from './lease-store.js';
import { ADMITTED, LATE } from './lease-scripts.js';
import { LedgeredCall, type LeaseState, type OpenCall } from './ledgered-call.js';
import { LedgerFlusher } from './ledger-flusher.js';
import { dayNumber } from './utc-day.js';

/**
 * Sees to it that every admitted call gets exactly one ledger row. Two copies exist until it is written: the lease in
 * Redis and the object in this process's memory, so that losing either loses no call.
 */
@Injectable()
export class CallLedger {
	private readonly running = new Roster<LedgeredCall>();
	private readonly finish = (call: LedgeredCall, outcome: CallOutcome): void => {
		this.running.remove(call);
		if (call.lease !== 'none' && !this.breaker.isOpen) this.leases.settle(call, outcome);
		this.flusher.push(call);
	};

	constructor(
		private readonly leases: LeaseStore,
		private readonly flusher: LedgerFlusher,
		private readonly breaker: RedisBreaker,
		private readonly clock: ServerClock,
	) {}

	/** Calls that are not settled yet. */
	get openCalls(): Iterable<LedgeredCall> & { readonly size: number } {
		return this.running;
	}

	/**
	 * Admits a call: one script before it. While Redis is away it is admitted on this process's word.
	 * @throws AppError unauthenticated `stale_credential` when what the principal rests on was revoked since it was cached.
	 */
	async open(start: CallStart): Promise<OpenCall> {
		const eventId = newId();
		if (this.breaker.isOpen) return this.admitted(start, eventId, this.attempt(), 'none');
		for (let isRepeated = false; ; isRepeated = true) {
			const at = this.attempt();
			const answer = await this.leases.admit(start, eventId, at);
			if (answer === undefined) return this.admittedAlone(start, eventId, at);
			const [code, seconds, microseconds] = answer;
			if (code === ADMITTED) {
				const nowMs = seconds * 1_000 + Math.floor(microseconds / 1_000); // as the lease says
				return this.admitted(start, eventId, { ...at, nowMs }, 'held');
			}
			if (code !== LATE) throw new AppError('unauthenticated', 'stale_credential', 'The credential is no longer valid');
			// Redis is there: our clock was wrong, and has just learnt; or we were slow; or a day began meanwhile
			if (isRepeated) return this.admittedAlone(start, eventId, at);
		}
	}

	/** On this process's word; the lease is asked for at once, and nobody waits for it. */
	private admittedAlone(start: CallStart, eventId: string, at: Attempt): OpenCall {
		const call = this.admitted(start, eventId, at, 'possible');
		void this.leases.hold([call]);
		return call;
	}

	private attempt(): Attempt {
		const nowMs = this.clock.now();
		return { nowMs, day: dayNumber(nowMs), deadlineMs: Math.ceil(nowMs) + COMMAND_TIMEOUT_MS };
	}

	private admitted(start: CallStart, eventId: string, at: Attempt, lease: LeaseState): LedgeredCall {
		const call = new LedgeredCall(start, eventId, at.day, at.nowMs, lease, this.finish);
		this.running.add(call);
		return call;
	}
}
