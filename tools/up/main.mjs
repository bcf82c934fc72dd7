import { parseArgs } from 'node:util';
import { describe, Failure, Stopped } from '../services/failure.mjs';
import { dataDir } from '../services/layout.mjs';
import { launch } from './launch.mjs';
import { watchParent } from './parent.mjs';
import { say } from './progress.mjs';
import { printForPeople, printForPrograms } from './report.mjs';
import { claim } from './run-record.mjs';
import { Supervisor } from './supervisor.mjs';

const USAGE = `npm run up            start Parallama here and show how to use it; Ctrl-C stops it
npm run up -- --json  the same for programs: one line of JSON on stdout when it is ready

Settings, as environment variables: PORT (8000; 0 is any free one), MANAGEMENT_PORT (9464), HOST (127.0.0.1),
DATA_DIR (.parallama), DATABASE_URL (the owner's) and REDIS_URL (else both are started here), OLLAMA_URL …
`;
const PATIENCE = 15_000; // with the leftovers of an earlier run, whose settings we do not know

function readArguments(args) {
	try {
		const options = {
			json: { type: 'boolean', default: false },
			help: { type: 'boolean', short: 'h', default: false },
		};
		return parseArgs({ args, options }).values;
	} catch (error) {
		throw new Failure(error.message.split('\n')[0], 'npm run up -- --help');
	}
}

/** Everything that asks us to stop, as one signal. A second Ctrl-C is for the impatient. */
function stopSignal(insist) {
	const stop = new AbortController();
	let first = 0;
	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'])
		process.on(name, () => {
			// A terminal's Ctrl-C may arrive twice: from the terminal, and passed on by npm.
			if (first && performance.now() - first > 1500) insist();
			first ||= performance.now();
			stop.abort(new Stopped(name));
		});
	watchParent(() => stop.abort(new Stopped('the program that started it has ended')));
	for (const name of ['uncaughtException', 'unhandledRejection']) process.on(name, (error) => stop.abort(error));
	return stop;
}

async function start(stop, defer, { json, killer }) {
	const { signal } = stop;
	const run = await claim(dataDir(), { signal, patience: PATIENCE });
	defer(run.release);
	const supervisor = new Supervisor(run.children, signal);
	killer.kill = () => supervisor.kill();
	const outcome = await launch({ supervisor, signal, defer, lost: (failure) => stop.abort(failure) });
	signal.throwIfAborted();
	(json ? printForPrograms : printForPeople)(outcome);
	await new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason), { once: true }));
}

/** Runs until something ends it, then ends everything it started, last first. */
export async function main(args) {
	const killer = { kill: () => {} };
	const stop = stopSignal(() => killer.kill());
	const undo = [];
	let code = 0;
	try {
		const { json, help } = readArguments(args);
		if (help) process.stdout.write(USAGE);
		else await start(stop, (work) => undo.push(work), { json, killer });
	} catch (error) {
		code = error instanceof Stopped ? 0 : 1;
		say(code === 0 ? `stopping (${error.message}) …` : describe(error));
	}
	stop.abort(new Stopped('end'));
	for (const work of undo.toReversed())
		try {
			await work();
		} catch (error) {
			say(describe(error));
			code = 1;
		}
	if (undo.length > 1) say('stopped');
	process.exit(code);
}
