import { silence, stopWaiting, type Waiting, waitAtMost } from './waits.js';

/** The answer of a command, or a rejection when Redis is silent for `limitMs`: see `waitAtMost`. */
export function answered<T>(command: Promise<T>, limitMs: number): Promise<T> {
	return new Promise((resolve, reject) => {
		const one: Waiting = { place: -1, ticksLeft: 0, giveUp: () => reject(silence(limitMs)) };
		waitAtMost(limitMs, one);
		command.then(resolve, reject).finally(() => stopWaiting(one));
	});
}
