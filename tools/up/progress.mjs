// Progress goes to stderr: stdout carries results only.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {}); // a terminal that went away

const seconds = () => `${(performance.now() / 1000).toFixed(1)}s`.padStart(7);

/** One line of progress with the time since the start. */
export const say = (text) => void process.stderr.write(`${seconds()}  ${text}\n`);

/** Says what begins, and that it goes on while it takes long. */
export async function during(text, work) {
	say(`${text} …`);
	const begin = performance.now();
	const timer = setInterval(
		() => say(`  still ${text.replace(/ \(.*/, '')} (${Math.round((performance.now() - begin) / 1000)} s)`),
		10_000,
	);
	try {
		return await work();
	} finally {
		clearInterval(timer);
	}
}
