import { Injectable } from '@nestjs/common';
import { newId, type Quota, Roster } from '#libs/kernel';
import { RedisBreaker, ServerClock } from '#libs/redis';
import type { CallOutcome, CallStart } from './call.js';
import { type Attempt, LeaseStore, patienceFor } from './lease-store.js';
import { type Admission, COLD, LATE } from './lease-scripts.js';
import { LedgeredCall, type LeaseState, type OpenCall } from './ledgered-call.js';
import { LedgerFlusher } from './ledger-flusher.js';
import { BudgetBook } from './limiting/budget-book.js';
import { LocalLimits } from './limiting/local-limits.js';
import { MeterBook } from './limiting/meter-book.js';
import { type Claim, holdsSomething, reservationOf } from './limiting/meters.js';
import { quotasIn } from './limiting/quotas.js';
import { Verdicts } from './limiting/verdicts.js';
import { PriceBook } from './prices/price-book.js';
import type { PriceSet } from './prices/price-set.js';
import { NO_TOKENS } from './token-usage.js';
import { dayNumber } from './utc-day.js';

/** The outcome of a call that was refused after it had taken from limits. */
const NOT_MADE: CallOutcome = Object.freeze({
	status: 'error',
	errorCode: undefined,
	usage: NO_TOKENS,
	usageSource: 'none',
	isEstimated: false,
	attempts: 0,
	firstTokenMs: undefined,
	durationMs: 0,
});

/** An admission is repeated when a clock was wrong, or when Redis had to be told of budgets. */
const MOST_TRIES = 4;

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
		private readonly prices: PriceBook,
		private readonly meters: MeterBook,
		private readonly budgets: BudgetBook,
		private readonly limits: LocalLimits,
		private readonly verdicts: Verdicts,
	) {}

	/** Calls that are not settled yet. */
	get openCalls(): Iterable<LedgeredCall> & { readonly size: number } {
		return this.running;
	}

	/**
	 * Admits a call: one script before it, which takes everything from its limits or nothing. While Redis is away it is
	 * admitted on this process's word.
	 * @throws AppError unauthenticated `stale_credential` when what the principal rests on was revoked since it was cached;
	 * throttled `rate_limit_exceeded` or `request_above_limit`; exhausted `budget_exceeded`; denied `model_without_price`; unavailable when limits were never read and cannot be now
	 */
	async open(start: CallStart): Promise<OpenCall> {
		const known = this.pricesOf(start.organizationId);
		const prices = known instanceof Promise ? await known : known;
		const eventId = newId();
		const found = this.meters.of(start, { prices });
		let opening: Opening = { start, eventId, prices, claim: found instanceof Promise ? await found : found };
		for (let tries = 0; ; tries++) {
			if (this.breaker.isOpen) return this.openAlone(opening, this.attempt(), 'none');
			const at = this.attempt(opening.claim);
			const answer = await this.leases.admit(start, eventId, opening.claim, at);
			// not for ever: Redis is there, but our clock was wrong and has just learnt, or we were slow, or a day began
			if (answer === undefined || tries === MOST_TRIES) return this.openAlone(opening, at, 'possible');
			if (answer[0] !== LATE && answer[0] !== COLD) return this.admittedBy(answer, opening, at);
			if (answer[0] === COLD) await this.warm(opening, answer);
			else if (opening.claim?.budgets.length) opening = { ...opening, claim: await this.meters.of(start, { prices }) };
			else if (tries > 0) return this.openAlone(opening, at, 'possible');
		}
	}

	/**
	 * Counts a request that is no call, such as one that counts tokens: nothing of it is left but what its limits have counted.
	 * @throws AppError as `open`
	 */
	async count(start: CallStart): Promise<readonly Quota[]> {
		const claim = await this.meters.of(start, undefined);
		for (let tries = 0; tries < 2 && !this.breaker.isOpen; tries++) {
			const answer = await this.leases.count(start, claim, this.attempt(claim));
			if (answer === undefined) break;
			if (answer[0] === LATE) continue;
			this.verdicts.demandAdmission(answer, claim);
			return claim === undefined ? [] : quotasIn(claim.meters, answer);
		}
		if (claim === undefined) return [];
		this.verdicts.withoutRedis(claim);
		this.limits.count(claim);
		return [];
	}

	private admittedBy(answer: Admission, opening: Opening, at: Attempt): OpenCall {
		const { claim } = opening;
		this.verdicts.demandAdmission(answer, claim);
		const [, seconds, microseconds] = answer;
		const nowMs = seconds * 1_000 + Math.floor(microseconds / 1_000); // as the lease says
		const call = this.admitted(opening, { ...at, nowMs }, 'held');
		if (claim !== undefined) call.quotas = quotasIn(claim.meters, answer);
		return call;
	}

	/** Without prices the call goes on: it is charged when its row is made. */
	private pricesOf(organizationId: string): PriceSet | undefined | Promise<PriceSet | undefined> {
		const prices = this.prices.of(organizationId);
		return prices instanceof Promise ? prices.catch(() => undefined) : prices;
	}

	/**
	 * On this process's word: limits by its share of them, budgets by the ledger. The lease is asked for at once where Redis is thought to be there, and
	 * nobody waits for it.
	 */
	private async openAlone(opening: Opening, at: Attempt, lease: 'none' | 'possible'): Promise<OpenCall> {
		const { claim, start } = opening;
		if (claim !== undefined) this.verdicts.withoutRedis(claim);
		const onOver = claim === undefined ? undefined : this.limits.take(claim, start);
		const onWritten = claim?.budgets.length ? await this.budgetsAlone(claim, start, onOver) : undefined;
		const call = this.admitted(opening, at, lease);
		call.onOver = onOver;
		call.onWritten = onWritten;
		if (lease === 'possible') void this.leases.hold([call]);
		return call;
	}

	private async budgetsAlone(claim: Claim, start: CallStart, onOver: LedgeredCall['onOver']): Promise<() => void> {
		try {
			return await this.budgets.takeAlone(claim, start.organizationId);
		} catch (error) {
			onOver?.(NOT_MADE);
			throw error;
		}
	}

	/** Tells Redis what is spent of budgets that it does not know. */
	private async warm({ claim, start }: Opening, answer: Admission): Promise<void> {
		const [, , , ...cold] = answer;
		const counters = cold.flatMap((place) => claim?.budgets[place - 1] ?? []);
		await this.budgets.warm(counters, start.organizationId, (counter, spent) => this.leases.warm(counter, spent));
	}

	private attempt(claim?: Claim): Attempt {
		const nowMs = this.clock.now();
		return { nowMs, day: dayNumber(nowMs), deadlineMs: Math.ceil(nowMs) + patienceFor(claim) };
	}

	private admitted({ start, eventId, prices, claim }: Opening, at: Attempt, lease: LeaseState): LedgeredCall {
		const call = new LedgeredCall(start, eventId, at.day, at.nowMs, lease, prices, this.finish);
		if (claim !== undefined && lease !== 'none' && holdsSomething(claim)) call.reservation = reservationOf(claim);
		this.running.add(call);
		return call;
	}
}

/** A call that is being admitted. */
interface Opening {
	readonly start: CallStart;
	readonly eventId: string;
	readonly prices: PriceSet | undefined;
	/** What it takes from its limits; `undefined`: it has none. */
	readonly claim: Claim | undefined;
}
