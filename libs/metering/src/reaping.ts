import type { CallOutcome } from './call.js';
import { NO_TOKENS } from './token-usage.js';
import type { Lease } from './lease.js';

export interface Moment {
	/** Redis's clock, milliseconds since 1970. */
	readonly nowMs: number;
	/** Redis knows of every heartbeat of the last `timeoutMs`: it was up that long. */
	readonly isSilenceMeaningful: boolean;
	readonly timeoutMs: number;
}

/** Whether the process that opened the call will not write its row any more, as far as one can tell. */
export function isExpired(lease: Lease, isReplicaAlive: boolean, { nowMs, timeoutMs, ...moment }: Moment): boolean {
	if (nowMs > lease.hardEndMs) return true;
	// its process should have written the row long ago, and the exact row may be written by anyone
	if (lease.settled !== undefined && nowMs - lease.settled.atMs >= timeoutMs) return true;
	if (isReplicaAlive || !moment.isSilenceMeaningful) return false;
	return nowMs - lease.occurredAtMs >= timeoutMs; // a younger one may belong to a process whose heartbeat Redis lost
}

/** What the lease knows of the end of its call: all of it, how far it came, or nothing. */
export function outcomeOf(lease: Lease): CallOutcome {
	if (lease.settled !== undefined) return lease.settled.outcome;
	const lost = { status: 'interrupted', errorCode: 'replica_lost', isEstimated: true, attempts: 1 } as const;
	if (lease.progress === undefined)
		return { ...lost, usage: NO_TOKENS, usageSource: 'none', delivered: 0, firstTokenMs: undefined, durationMs: 0 };
	const { outputTokens, durationMs } = lease.progress;
	return {
		...lost,
		usage: { ...NO_TOKENS, input: lease.start.reservedInputTokens, output: outputTokens },
		usageSource: 'estimated',
		delivered: outputTokens,
		upstreamMs: durationMs,
		firstTokenMs: undefined,
		durationMs,
	};
}
