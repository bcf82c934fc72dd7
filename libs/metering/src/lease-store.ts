import { Injectable } from '@nestjs/common';
import { Config } from '#libs/config';
import { newId } from '#libs/kernel';
import {
	answered,
	API_TIMEOUT_MS,
	COMMAND_TIMEOUT_MS,
	organizationKey,
	RedisBreaker,
	RedisConnection,
	type Script,
	ScriptLine,
	type ScriptQuestion,
	ServerClock,
} from '#libs/redis';
import type { CallOutcome, CallStart } from './call.js';
import { firstLine, packOutcome, packProgress, packStart } from './lease.js';
import { leasesKey, REPLICAS, replicaKey, reservationsKey } from './lease-keys.js';
import { type Admission, admitScript, holdScript, presentScript, progressScript, warmScript } from './lease-scripts.js';
import type { LedgeredCall } from './ledgered-call.js';
import { amountOf, type BudgetCounter, type Claim, holdsSomething, packReservation } from './limiting/meters.js';
import { settlementOf } from './limiting/settlement.js';
import { Replicas } from './replicas.js';
import { dayText } from './utc-day.js';

const HARD_END_MARGIN_MS = 60_000;
const AT_ONCE = 250; // leases per script: Redis serves others in between

/** The api's side of the leases: every command is one attempt, and every failure feeds the breaker. */
@Injectable()
export class LeaseStore {
	/** Of this process, new at each start. */
	readonly replicaId = newId();
	private readonly longestMs: number;
	private readonly timeoutMs: number;

	constructor(
		config: Config,
		private readonly redis: RedisConnection,
		private readonly line: ScriptLine,
		private readonly breaker: RedisBreaker,
		private readonly clock: ServerClock,
		private readonly replicas: Replicas,
	) {
		this.longestMs = config.upstreams.UPSTREAM_TOTAL_TIMEOUT_MS + HARD_END_MARGIN_MS;
		this.timeoutMs = config.metering.REPLICA_TIMEOUT_MS;
	}

	/** Runs the admission script; learns the server's time from its answer. `undefined` when Redis did not answer. */
	admit(start: CallStart, eventId: string, claim: Claim | undefined, at: Attempt): Promise<Admission | undefined> {
		return this.ask(this.admission(start, { eventId, claim, hardEndMs: this.hardEnd(at.nowMs) }, at));
	}

	/** The same for what is no call: nothing stays but the counts of windows. */
	count(start: CallStart, claim: Claim | undefined, at: Attempt): Promise<Admission | undefined> {
		return this.ask(this.admission(start, { eventId: '', claim, hardEndMs: 0 }, at));
	}

	/** Completes the lease and gives back what was not used; on success the call knows. Nobody waits for it. */
	settle(call: LedgeredCall, outcome: CallOutcome): void {
		call.settlement = 'sent';
		this.line.send(
			settlementOf({
				eventId: call.eventId,
				start: call.start,
				reservation: call.reservation,
				outcome,
				packed: packOutcome(outcome),
			}),
			{
				onAnswer: (settled) => {
					this.breaker.succeeded();
					call.settlement = 'done';
					if (settled === 1) call.lease = 'complete';
				},
				onFailure: (error) => {
					this.breaker.failed(error);
					call.settlement = 'none';
				},
			},
		);
	}

	/** The same for a call whose row is written, and whose settlement failed. Resolves false when Redis did not confirm it. */
	settleAgain(call: LedgeredCall, outcome: CallOutcome): Promise<boolean> {
		const question = {
			...settlementOf({ eventId: call.eventId, start: call.start, reservation: call.reservation, outcome, packed: '' }),
			limitMs: API_TIMEOUT_MS,
		};
		return this.attempt(this.line.run(question));
	}

	/** Says what is spent of a budget, unless Redis knows it. */
	async warm({ key, endsAt }: BudgetCounter, spentMicroUsd: number): Promise<void> {
		const question = { script: warmScript, keysAndArguments: [key, spentMicroUsd, endsAt], limitMs: API_TIMEOUT_MS };
		await this.attempt(this.line.run(question));
	}

	/** Says that this process lives; its leases are settled by the worker `REPLICA_TIMEOUT_MS` after the last time. */
	async beat(): Promise<void> {
		const key = replicaKey(this.replicaId);
		await this.attempt(answered(this.redis.hot.set(key, '1', 'PX', this.timeoutMs), API_TIMEOUT_MS));
		await this.attempt(this.seeReplicas());
	}

	private async seeReplicas(): Promise<void> {
		const keysAndArguments = [REPLICAS, this.replicaId, this.timeoutMs];
		this.replicas.count = await this.line.run({ script: presentScript, keysAndArguments, limitMs: API_TIMEOUT_MS });
	}

	/** Gives running calls the lease that they could not get at their admission. */
	async hold(calls: readonly LedgeredCall[]): Promise<void> {
		for (const call of calls) call.lease = 'possible';
		const isDone = await this.inBulk(holdScript, calls, ({ day, occurredAtMs, start }) =>
			firstLine(dayText(day), occurredAtMs, packStart(start, this.replicaId, this.hardEnd(occurredAtMs))),
		);
		if (isDone) for (const call of calls) if (call.lease === 'possible') call.lease = 'held';
	}

	/** Notes how far running calls are. */
	async note(calls: readonly LedgeredCall[]): Promise<void> {
		const nowMs = this.clock.now();
		for (const call of calls) call.reportedTokens = call.outputTokens;
		await this.inBulk(progressScript, calls, ({ outputTokens, occurredAtMs }) =>
			packProgress({ outputTokens, durationMs: nowMs - occurredAtMs }),
		);
	}

	/** Redis is away: commands are not worth a try. */
	get areAway(): boolean {
		return this.breaker.isOpen;
	}

	/** Deletes leases of one organization. Resolves false when Redis did not confirm it. */
	async remove(organizationId: string, eventIds: readonly string[]): Promise<boolean> {
		const removal = this.redis.hot.hdel(leasesKey(organizationId), ...eventIds);
		return this.attempt(answered(removal, API_TIMEOUT_MS));
	}

	/** A script for many calls at once: few commands, all sent in one go. Resolves whether all were answered. */
	private async inBulk(
		script: Script<number>,
		calls: readonly LedgeredCall[],
		say: (call: LedgeredCall) => string,
	): Promise<boolean> {
		const sent: Promise<boolean>[] = [];
		for (const [organizationId, mine] of Map.groupBy(calls, ({ start }) => start.organizationId))
			for (let from = 0; from < mine.length; from += AT_ONCE) {
				const pairs = mine.slice(from, from + AT_ONCE).flatMap((call) => [call.eventId, say(call)]);
				const keysAndArguments = [leasesKey(organizationId), ...pairs];
				sent.push(this.attempt(this.line.run({ script, keysAndArguments, limitMs: API_TIMEOUT_MS })));
			}
		return (await Promise.all(sent)).every(Boolean);
	}

	private admission(start: CallStart, { eventId, claim, hardEndMs }: Entry, at: Attempt): Question {
		const { organizationId, epochs } = start;
		const meters = claim?.meters;
		const windows = meters?.windows ?? [];
		const keys = [
			leasesKey(organizationId),
			organizationKey(organizationId, 'epochs'),
			reservationsKey(organizationId),
		];
		if (meters !== undefined) keys.push(...(eventId === '' ? windows.map(({ key }) => key) : meters.keys));
		const gauges = eventId === '' ? [] : (meters?.gauges ?? []);
		const budgets = eventId === '' ? [] : (claim?.budgets ?? []);
		for (const { key } of budgets) keys.push(key);
		const keysAndArguments: (string | number)[] = [
			...keys,
			at.deadlineMs,
			at.day,
			dayText(at.day),
			eventId,
			eventId === '' ? '' : packStart(start, this.replicaId, hardEndMs),
			claim !== undefined && holdsSomething(claim) ? packReservation(claim) : '',
			hardEndMs,
			epochs.length / 2,
			windows.length,
			gauges.length,
			...epochs,
		];
		for (const { stepMs, limit, metric } of windows)
			keysAndArguments.push(stepMs, limit.max, amountOf(metric, claim as Claim));
		for (const { limit } of gauges) keysAndArguments.push(limit.max);
		for (const { startsAt, endsAt, amountMicroUsd } of budgets)
			keysAndArguments.push(startsAt, endsAt, amountMicroUsd, claim?.cost ?? 0);
		return { script: admitScript, keysAndArguments, keyCount: keys.length, limitMs: patienceFor(claim) };
	}

	private ask(question: Question): Promise<Admission | undefined> {
		const sentAt = performance.now();
		return new Promise((resolve) => {
			this.line.send(question, {
				onAnswer: (admission) => {
					this.breaker.succeeded();
					this.clock.learn(admission[1] * 1_000 + admission[2] / 1_000, sentAt);
					resolve(admission);
				},
				onFailure: (error) => {
					this.breaker.failed(error);
					resolve(undefined);
				},
			});
		});
	}

	private hardEnd(occurredAtMs: number): number {
		return Math.round(occurredAtMs + this.longestMs);
	}

	private async attempt(command: Promise<unknown>): Promise<boolean> {
		try {
			await command;
			this.breaker.succeeded();
			return true;
		} catch (error) {
			this.breaker.failed(error);
			return false;
		}
	}
}

type Question = ScriptQuestion<Admission>;

/**
 * Milliseconds that an admission may wait for Redis. Without an answer, limits and budgets are less exact: calls that have any
 * wait a little longer, as long as the breaker has not found out that Redis is away.
 */
export const patienceFor = (claim: Claim | undefined): number =>
	claim === undefined ? COMMAND_TIMEOUT_MS : API_TIMEOUT_MS;

/** What the admission leaves behind. */
interface Entry {
	/** Empty: only counts. */
	readonly eventId: string;
	readonly claim: Claim | undefined;
	readonly hardEndMs: number;
}

/** One try of the admission: when it is made, on which day that is, and until when it may still change something. */
export interface Attempt {
	readonly nowMs: number;
	readonly day: number;
	readonly deadlineMs: number;
}
