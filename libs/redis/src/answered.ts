import { type Listed, Roster } from '#libs/kernel';

const TICK_MS = 10;

interface Waiting extends Listed {
	ticksLeft: number;
	readonly giveUp: () => void;
}

const waiting = new Roster<Waiting>();
let timer: NodeJS.Timeout | undefined;

/** One timer for all that wait: a timer for each command would cost more than the command. */
function tick(): void {
	for (const entry of waiting) if (--entry.ticksLeft < 0) entry.giveUp();
	if (waiting.size > 0) return;
	clearInterval(timer);
	timer = undefined;
}

/**
 * The answer of a command, or a rejection when Redis is silent for `limitMs` (up to two hundredths of a second more). Only
 * time in which this process could have heard it counts: when its event loop stood still, the wait goes on, since an
 * answer may lie in the socket unread.
 */
export function answered<T>(command: Promise<T>, limitMs: number): Promise<T> {
	timer ??= setInterval(tick, TICK_MS);
	return new Promise((resolve, reject) => {
		const entry: Waiting = {
			place: -1,
			ticksLeft: Math.ceil(limitMs / TICK_MS),
			giveUp: () => {
				waiting.remove(entry);
				reject(new Error(`Redis did not answer within ${limitMs} ms`));
			},
		};
		waiting.add(entry);
		command.then(resolve, reject).finally(() => waiting.remove(entry));
	});
}
