import { AppError } from '#libs/kernel';
import { pauseBefore, remedyFor } from './recovery.js';
import type { Slots } from './slots.js';
import type { Target } from './target.js';

/** Attempts of one call, all upstreams together. */
const MOST_ATTEMPTS = 6;
/** Of which at the same target. */
const MOST_AT_ONE = 3;

/** Where to try next, after a pause. */
export interface NextStop {
	readonly target: Target;
	readonly waitMs: number;
}

/** The way of one call through its targets: which were tried, and what comes after a failure. Times are monotonic. */
export class Journey {
	/** Begun so far. */
	attempts = 0;
	private current: Target | undefined;
	private atCurrent = 0;
	private readonly tried = new Set<Target>();

	/** `targets` in the order in which they are tried. */
	constructor(private readonly targets: readonly Target[]) {}

	/** The first target that lets the call in, with a place taken; `undefined`: all are busy or fail. */
	first(now: number): Target | undefined {
		return this.enter(this.targets, now);
	}

	/** Those that let the call in but have no place for it. */
	busy(now: number): readonly Slots[] {
		const slots = this.targets.flatMap(({ load, breaker }) =>
			load.slots !== undefined && breaker.admits(now) ? [load.slots] : [],
		);
		return [...new Set(slots)];
	}

	/** A place was waited for and found. */
	arrive(slots: Slots, now: number): Target | undefined {
		const target = this.targets.find(({ load, breaker }) => load.slots === slots && breaker.enter(now));
		if (target === undefined) slots.release();
		return target === undefined ? undefined : this.go(target);
	}

	/** What comes after `error`, before anything of an answer has come; `undefined`: the error is the answer. */
	after(error: AppError, now: number, random: number): NextStop | undefined {
		const failed = this.current;
		const remedy = remedyFor(error);
		if (failed === undefined || remedy === 'none' || this.attempts >= MOST_ATTEMPTS) return undefined;
		const visited = new Set([...this.tried].map(({ candidate }) => candidate));
		const others = this.targets.filter((target) =>
			remedy === 'other_credential' ? !this.tried.has(target) : !visited.has(target.candidate),
		);
		const other = this.enter(others, now);
		if (other !== undefined) return { target: other, waitMs: 0 };
		return remedy === 'again' || error.code === 'upstream_rate_limited' ? this.again(failed, error, random) : undefined;
	}

	/** Why no target lets the call in. */
	refusal(now: number): AppError {
		const failing = this.targets.filter(({ breaker }) => !breaker.admits(now));
		if (failing.length === 0)
			return new AppError('unavailable', 'upstream_busy', 'Every upstream of this model is busy', {
				retryAfterMs: 1_000,
			});
		const reasons = new Set(failing.map(({ breaker }) => breaker.reason));
		const retryAfterMs = Math.min(...failing.map(({ breaker }) => breaker.remainingMs(now)));
		if (reasons.size === 1 && reasons.has('upstream_credentials_exhausted'))
			return new AppError('upstream', 'upstream_credentials_exhausted', 'The upstream does not accept our credential');
		if (reasons.size === 1 && reasons.has('upstream_rate_limited'))
			return new AppError('throttled', 'upstream_rate_limited', 'The upstream asked for a pause', { retryAfterMs });
		return new AppError('unavailable', 'upstream_failing', 'The upstream of this model fails at the moment', {
			retryAfterMs,
		});
	}

	private again(target: Target, error: AppError, random: number): NextStop | undefined {
		if (this.atCurrent >= MOST_AT_ONE) return undefined;
		const waitMs = pauseBefore(this.atCurrent, error.retryAfterMs, random);
		if (waitMs === undefined || !target.load.budget.withdraw()) return undefined;
		if (target.load.slots !== undefined && !target.load.slots.tryTake()) return undefined;
		this.attempts++;
		this.atCurrent++;
		return { target, waitMs };
	}

	private enter(targets: readonly Target[], now: number): Target | undefined {
		for (const target of targets) {
			if (target.load.slots?.isFull === true || !target.breaker.enter(now)) continue;
			target.load.slots?.tryTake();
			return this.go(target);
		}
		return undefined;
	}

	private go(target: Target): Target {
		this.current = target;
		this.tried.add(target);
		this.attempts++;
		this.atCurrent = 1;
		target.load.budget.deposit();
		return target;
	}
}
