const TICKS = 5;

/**
 * The answer of a command, or a rejection when Redis is silent for `limitMs`. Only time in which this process could have
 * heard it counts: when its event loop stood still, the wait goes on, since an answer may lie in the socket unread.
 */
export async function answered<T>(command: Promise<T>, limitMs: number): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const silence = new Promise<never>((_, reject) => {
		let ticks = TICKS;
		const tick = (): void => {
			if (ticks-- > 0) timer = setTimeout(tick, limitMs / TICKS);
			else reject(new Error(`Redis did not answer within ${limitMs} ms`));
		};
		tick();
	});
	try {
		return await Promise.race([command, silence]);
	} finally {
		clearTimeout(timer);
	}
}
