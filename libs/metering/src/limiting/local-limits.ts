import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { CallOutcome, CallStart } from '../call.js';
import { NEVER } from '../lease-scripts.js';
import { Replicas } from '../replicas.js';
import { LocalWindow } from './local-window.js';
import { amountOf, type CallMeters, type Claim, usedIn, type WindowMeter } from './meters.js';
import { limitReached } from './quotas.js';

const REMEMBERED = 50_000;
const PLACE_WAIT_MS = 1_000;

interface Taken {
	readonly meter: WindowMeter;
	readonly window: LocalWindow;
	readonly step: number;
}

/**
 * Limits while Redis is away: each replica keeps to its share, the limit divided by the replicas that were last seen. So together
 * they let through no more than once more the limit.
 */
@Injectable()
export class LocalLimits {
	private readonly windows = new LRUCache<string, LocalWindow>({ max: REMEMBERED });
	private readonly running = new Map<string, number>();

	constructor(private readonly replicas: Replicas) {}

	/** Counts what is no call. @throws AppError throttled */
	count(claim: Claim): void {
		this.takeWindows(claim, { ...claim.meters, gauges: [] });
	}

	/** Everything or nothing. Returns what to call when the call is over. @throws AppError throttled */
	take(claim: Claim, start: CallStart): (outcome: CallOutcome) => void {
		const { meters } = claim;
		const taken = this.takeWindows(claim, meters);
		for (const { key } of meters.gauges) this.running.set(key, this.runningAt(key) + 1);
		return (outcome) => {
			for (const { key } of meters.gauges) this.leave(key);
			for (const { meter, window, step } of taken)
				if (meter.metric !== 'requests')
					window.add(step, usedIn(meter, start, outcome) - amountOf(meter.metric, claim));
		};
	}

	private takeWindows(claim: Claim, meters: CallMeters): Taken[] {
		const now = performance.now();
		const taken = meters.windows.map((meter) => this.stateOf(meter, now));
		const used = [
			...taken.map(({ window, step }) => window.usedAt(step)),
			...meters.gauges.map(({ key }) => this.runningAt(key)),
		];
		for (const [at, { meter, window }] of taken.entries()) {
			const [amount, share] = [amountOf(meter.metric, claim), this.shareOf(meter.limit.max)];
			if (amount === 0 || (used[at] as number) + amount <= share) continue;
			if (amount > meter.limit.max) throw limitReached(meters, at, NEVER, used);
			throw limitReached(meters, at, Math.ceil(window.freeAt(share - amount) * meter.stepMs - now), used);
		}
		for (const [at, { key, limit }] of meters.gauges.entries())
			if (this.runningAt(key) >= this.shareOf(limit.max))
				throw limitReached(meters, taken.length + at, limit.max > 0 ? PLACE_WAIT_MS : NEVER, used);
		for (const { meter, window, step } of taken) window.add(step, amountOf(meter.metric, claim));
		return taken;
	}

	private stateOf(meter: WindowMeter, now: number): Taken {
		let window = this.windows.get(meter.key);
		if (window === undefined) {
			window = new LocalWindow();
			this.windows.set(meter.key, window);
		}
		return { meter, window, step: Math.floor(now / meter.stepMs) };
	}

	private shareOf(max: number): number {
		return max === 0 ? 0 : Math.max(1, Math.floor(max / this.replicas.count));
	}

	private runningAt(key: string): number {
		return this.running.get(key) ?? 0;
	}

	private leave(key: string): void {
		const left = this.runningAt(key) - 1;
		if (left > 0) this.running.set(key, left);
		else this.running.delete(key);
	}
}
