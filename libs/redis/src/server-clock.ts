import { Injectable } from '@nestjs/common';

/**
 * Redis's time, derived from its answers and this process's monotonic clock: windows and deadlines never depend on the
 * process's wall clock. Before the first answer it falls back to PostgreSQL's time, set at boot.
 */
@Injectable()
export class ServerClock {
	private offset = Date.now() - performance.now();
	private bestRoundTrip = Number.POSITIVE_INFINITY;

	/** Milliseconds since 1970, of the server. */
	now(): number {
		return performance.now() + this.offset;
	}

	/** Learns from an answer: `serverMs` is the server's time, `sentAt` the monotonic time of the question. */
	learn(serverMs: number, sentAt: number): void {
		const now = performance.now();
		const roundTrip = now - sentAt;
		const guess = serverMs - (sentAt + now) / 2;
		const drifted = Math.abs(guess - this.offset) > Math.max(roundTrip, 5);
		if (roundTrip > this.bestRoundTrip * 2 && !drifted) return; // a slow answer says little
		this.bestRoundTrip = drifted ? roundTrip : Math.min(this.bestRoundTrip * 1.05, roundTrip);
		this.offset = guess;
	}
}
