import { type Listed, Roster } from '#libs/kernel';

const TICK_MS = 10;

/** Somebody who waits for Redis, but not for ever. */
export interface Waiting extends Listed {
	/** Set by `waitAtMost`. */
	ticksLeft: number;
	giveUp(): void;
}

const waiting = new Roster<Waiting>();
let timer: NodeJS.Timeout | undefined;

/** One timer for all that wait: a timer for each command would cost more than the command. */
function tick(): void {
	for (const one of waiting)
		if (--one.ticksLeft < 0) {
			waiting.remove(one);
			one.giveUp();
		}
	if (waiting.size > 0) return;
	clearInterval(timer);
	timer = undefined;
}

/**
 * `giveUp` is called when Redis is silent for `limitMs` (up to two hundredths of a second more), unless `stopWaiting` comes
 * first. Only time in which this process could have heard the answer counts: when its event loop stood still, the wait
 * goes on, since an answer may lie in the socket unread.
 */
export function waitAtMost(limitMs: number, one: Waiting): void {
	timer ??= setInterval(tick, TICK_MS);
	one.ticksLeft = Math.ceil(limitMs / TICK_MS);
	waiting.add(one);
}

export const stopWaiting = (one: Waiting): void => waiting.remove(one);

export const silence = (limitMs: number): Error => new Error(`Redis did not answer within ${limitMs} ms`);
