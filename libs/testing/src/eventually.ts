/** Reads until there is something, every 10 ms; for what another process or connection does in its own time. */
export async function eventually<T>(read: () => T | undefined | Promise<T | undefined>, limitMs = 10_000): Promise<T> {
	for (const end = performance.now() + limitMs; performance.now() < end; ) {
		const value = await read();
		if (value !== undefined) return value;
		await new Promise((resolve) => {
			setTimeout(resolve, 10);
		});
	}
	throw new Error(`Nothing within ${limitMs} ms`);
}
