import { captureBug, flushSentry } from './sentry.js';
import type { Telemetry } from './telemetry.module.js';

/** EX_CONFIG of sysexits.h: what a process exits with that must not run as it is configured. */
export const BAD_CONFIGURATION = 78;
const LAST_WORDS_MS = 2_000;
const signals = ['SIGTERM', 'SIGINT'] as const;

/** How a process of ours ends: with 0 when it was asked to, else with its cause in the log. `name` is as in the log. */
export class ProcessLife {
	constructor(
		private readonly name: string,
		private readonly telemetry: Pick<Telemetry, 'logs' | 'readiness'>,
	) {}

	/** A process in an unknown state must not go on. */
	dieOfBugs(): void {
		process.on('uncaughtException', (error) => void this.die(error, 'uncaught exception'));
		process.on('unhandledRejection', (error) => void this.die(error, 'unhandled rejection'));
	}

	/** While there is nothing to drain yet. */
	endOnSignal(): void {
		for (const signal of signals) process.once(signal, () => this.end(0));
	}

	/** From now on a signal lets `drain` end what was begun; a second one ends the process at once, with 1. */
	drainOnSignal(drain: () => Promise<void>): void {
		const onSignal = async (signal: NodeJS.Signals): Promise<void> => {
			const { readiness, logs } = this.telemetry;
			if (readiness.phase === 'draining') return this.end(1);
			readiness.phase = 'draining';
			logs.logger.info({ signal }, `${this.name} drains`);
			await drain();
			await flushSentry(LAST_WORDS_MS);
			this.end(0);
		};
		for (const signal of signals) {
			process.removeAllListeners(signal);
			process.on(signal, () => void onSignal(signal).catch((error: unknown) => this.die(error, 'drain')));
		}
	}

	/** `where` says in the log and to Sentry what it was doing. */
	async die(error: unknown, where: string): Promise<never> {
		const { logs } = this.telemetry;
		captureBug(error, { where });
		logs.logger.fatal({ err: error }, `${this.name} ends: ${where}`);
		logs.flush();
		await flushSentry(LAST_WORDS_MS);
		return this.end(1);
	}

	/** Says on stderr what is wrong with the configuration, without a stack. */
	refuse({ message }: Error): never {
		process.stderr.write(`${message}\n`);
		return this.end(BAD_CONFIGURATION);
	}

	private end(code: number): never {
		this.telemetry.logs.flush();
		process.exit(code);
	}
}
