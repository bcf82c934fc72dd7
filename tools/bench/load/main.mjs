// The load generator, a process of its own: runs the jobs that main.mjs sends, one at a time.
import { closed, held, open } from './patterns.mjs';

const PATTERNS = new Map(Object.entries({ closed, open, held }));

async function run(job) {
	try {
		process.send({ result: await PATTERNS.get(job.pattern)(job) });
	} catch (error) {
		process.send({ error: error.stack });
	}
}

process.on('message', (job) => {
	void run(job);
});
process.once('disconnect', () => process.exit(0));
