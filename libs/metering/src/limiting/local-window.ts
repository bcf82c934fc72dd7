import { STEPS } from './meters.js';

const SLOTS = STEPS + 1;

/** A sliding window in this process, by the rule of the one in Redis. Steps are numbered by a clock that never steps back. */
export class LocalWindow {
	private readonly counts = new Float64Array(SLOTS);
	private newest = 0;
	private sum = 0;

	/** What counts at `step`. */
	usedAt(step: number): number {
		if (step - this.newest >= SLOTS) {
			this.counts.fill(0);
			this.sum = 0;
		} else
			for (let passed = this.newest + 1; passed <= step; passed++) {
				this.sum -= this.counts[passed % SLOTS] as number;
				this.counts[passed % SLOTS] = 0;
			}
		this.newest = Math.max(this.newest, step);
		return this.sum;
	}

	/** `amount` may be below 0: what was taken at `step` and not used. Nothing when that is too long ago. */
	add(step: number, amount: number): void {
		if (this.newest - step >= SLOTS) return;
		this.counts[step % SLOTS] = (this.counts[step % SLOTS] as number) + amount;
		this.sum += amount;
	}

	/** The first step after the newest at which no more than `most` counts. */
	freeAt(most: number): number {
		let left = this.sum;
		let n = 0;
		while (left > most && n < SLOTS) left -= this.counts[(this.newest + ++n) % SLOTS] as number;
		return this.newest + n;
	}
}
