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
	ServerClock,
} from '#libs/redis';
import type { CallOutcome, CallStart } from './call.js';
import { firstLine, packOutcome, packProgress, packStart } from './lease.js';
import { type Admission, admitScript, holdScript, progressScript, settleScript } from './lease-scripts.js';
import type { LedgeredCall } from './ledgered-call.js';
import { dayText } from './utc-day.js';

export const leasesKey = (organizationId: string): string => organizationKey(organizationId, 'leases');
export const replicaKey = (replicaId: string): string => `replica:${replicaId}`;

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
	) {
		this.longestMs = config.upstreams.UPSTREAM_TOTAL_TIMEOUT_MS + HARD_END_MARGIN_MS;
		this.timeoutMs = config.metering.REPLICA_TIMEOUT_MS;
	}

	/** Runs the admission script; learns the server's time from its answer. `undefined` when Redis did not answer. */
	admit(start: CallStart, eventId: string, at: Attempt): Promise<Admission | undefined> {
		const { organizationId } = start;
		const sentAt = performance.now();
		const keysAndArguments = [
			leasesKey(organizationId),
			organizationKey(organizationId, 'epochs'),
			at.deadlineMs,
			at.day,
			dayText(at.day),
			eventId,
			packStart(start, this.replicaId, this.hardEnd(at.nowMs)),
			...start.epochs,
		];
		return new Promise((resolve) => {
			this.line.send(
				{ script: admitScript, keysAndArguments, limitMs: COMMAND_TIMEOUT_MS },
				{
					onAnswer: (admission) => {
						this.breaker.succeeded();
						this.clock.learn(admission[1] * 1_000 + admission[2] / 1_000, sentAt);
						resolve(admission);
					},
					onFailure: (error) => {
						this.breaker.failed(error);
						resolve(undefined);
					},
				},
			);
		});
	}

	/** Completes the lease; on success the call knows. Nobody waits for it. */
	settle(call: LedgeredCall, outcome: CallOutcome): void {
		const keysAndArguments = [leasesKey(call.start.organizationId), call.eventId, packOutcome(outcome)];
		this.line.send(
			{ script: settleScript, keysAndArguments, limitMs: undefined },
			{
				onAnswer: (settled) => {
					this.breaker.succeeded();
					if (settled === 1) call.lease = 'complete';
				},
				onFailure: (error) => this.breaker.failed(error),
			},
		);
	}

	/** Says that this process lives; its leases are settled by the worker `REPLICA_TIMEOUT_MS` after the last time. */
	async beat(): Promise<void> {
		const key = replicaKey(this.replicaId);
		await this.attempt(answered(this.redis.hot.set(key, '1', 'PX', this.timeoutMs), API_TIMEOUT_MS));
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

/** One try of the admission: when it is made, on which day that is, and until when it may still change something. */
export interface Attempt {
	readonly nowMs: number;
	readonly day: number;
	readonly deadlineMs: number;
}
