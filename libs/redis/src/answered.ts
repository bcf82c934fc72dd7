const TICKS = 5;

/**
 * The answer of a command, or a rejection when Redis is silent for `limitMs`. Only time in which this process could have
 * heard it counts: when its event loop stood still, the wait goes on, since an answer may lie in the socket unread.
 */
export function answered<T>(command: Promise<T>, limitMs: number): Promise<T> {
	return new Promise((resolve, reject) => {
		let ticks = TICKS;
		const tick = (): void => {
			if (--ticks === 0) reject(new Error(`Redis did not answer within ${limitMs} ms`));
			else timer = setTimeout(tick, limitMs / TICKS);
		};
		let timer = setTimeout(tick, limitMs / TICKS);
		command.then(
			(answer) => {
				clearTimeout(timer);
				resolve(answer);
			},
			(error: unknown) => {
				clearTimeout(timer);
				reject(error as Error);
			},
		);
	});
}
