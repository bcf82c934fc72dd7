/** Failures in a row that open a breaker. */
const OPENS_AFTER = 5;
const WINDOW_MS = 10_000;
/** Or this share of the calls of a window, from `WINDOW_LEAST` calls on: an upstream that flaps. */
const WINDOW_SHARE = 0.5;
const WINDOW_LEAST = 10;
const SHORTEST_MS = 1_000;
const LONGEST_MS = 5_000;
/** However long an upstream asks for, it is tried again after this. */
const LONGEST_WISH_MS = 60_000;

export type BreakerState = 'closed' | 'open' | 'half_open';

/**
 * Keeps calls away from an upstream that fails. Open for one second, then one call may try; each failed try doubles the
 * pause, up to five seconds, so that a repaired upstream is found within them. Times are monotonic milliseconds.
 */
export class Breaker {
	/** Code of the error that counted last. */
	reason = '';
	private inARow = 0;
	private windowStart = 0;
	private calls = 0;
	private failures = 0;
	/** Since it was opened; 0: it is closed. */
	private pauseMs = 0;
	private closedUntil = 0;

	/** `provider`: whose upstream it stands before; for reports only. */
	constructor(readonly provider = '') {}

	state(now: number): BreakerState {
		if (this.pauseMs === 0) return 'closed';
		return now < this.closedUntil ? 'open' : 'half_open';
	}

	/** Whether a call would be let through; changes nothing. */
	admits(now: number): boolean {
		return this.pauseMs === 0 || now >= this.closedUntil;
	}

	/** Milliseconds until a call may try. */
	remainingMs(now: number): number {
		return this.pauseMs === 0 ? 0 : Math.max(0, this.closedUntil - now);
	}

	/** Lets a call through, or not. A half-open breaker lets one through, and the next after a pause. */
	enter(now: number): boolean {
		if (this.pauseMs === 0) return true;
		if (now < this.closedUntil) return false;
		this.closedUntil = now + this.pauseMs;
		return true;
	}

	/** Returns whether this closed it. */
	succeeded(now: number): boolean {
		this.inARow = 0;
		this.count(now, 0);
		if (this.pauseMs === 0) return false;
		this.close();
		return true;
	}

	/** Returns for how many milliseconds this opened it, 0 when it did not. */
	failed(now: number): number {
		this.inARow++;
		this.count(now, 1);
		if (this.pauseMs > 0) return this.open(now, Math.min(this.pauseMs * 2, LONGEST_MS));
		const flaps = this.calls >= WINDOW_LEAST && this.failures >= this.calls * WINDOW_SHARE;
		return this.inARow >= OPENS_AFTER || flaps ? this.open(now, SHORTEST_MS) : 0;
	}

	/** Opens it at once: the upstream asked for a pause, or another replica found out. */
	openFor(now: number, milliseconds: number): number {
		return this.open(now, Math.min(Math.max(milliseconds, SHORTEST_MS), LONGEST_WISH_MS));
	}

	/** Another replica found that it works again. */
	close(): void {
		this.pauseMs = this.closedUntil = 0;
		this.inARow = this.calls = this.failures = 0;
	}

	private open(now: number, milliseconds: number): number {
		this.pauseMs = Math.min(milliseconds, LONGEST_MS);
		this.closedUntil = Math.max(this.closedUntil, now + milliseconds);
		return milliseconds;
	}

	private count(now: number, failures: 0 | 1): void {
		if (now - this.windowStart > WINDOW_MS) {
			this.windowStart = now;
			this.calls = this.failures = 0;
		}
		this.calls++;
		this.failures += failures;
	}
}
