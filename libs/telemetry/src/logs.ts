import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { scrubValue } from './scrub.js';

export interface LogSettings {
	readonly LOG_LEVEL: string;
	readonly LOG_PRETTY: 'on' | 'off';
}

/** Where lines go, and how to get the buffered rest of them out. */
export interface LogDestination extends DestinationStream {
	flushSync(): void;
}

const BUFFER_BYTES = 4_096;
const FLUSH_EVERY_MS = 200;

/** Standard output: buffered, so that a line costs its caller no system call; flushed five times a second and at exit. */
async function standardOutput(settings: LogSettings): Promise<LogDestination> {
	if (settings.LOG_PRETTY === 'on') {
		const { default: pretty } = await import('pino-pretty');
		const stream = pretty({ sync: true, singleLine: true, ignore: 'pid,hostname,service' });
		return { write: (line) => void stream.write(line), flushSync: () => undefined };
	}
	const stream = pino.destination({ dest: 1, sync: false, minLength: BUFFER_BYTES });
	setInterval(() => stream.flush(), FLUSH_EVERY_MS).unref();
	const flushSync = (): void => {
		try {
			stream.flushSync();
		} catch {
			// not open yet, or the reader is gone: nobody to tell
		}
	};
	process.on('exit', flushSync);
	return { write: (line) => void stream.write(line), flushSync };
}

/** The two loggers of a process over one destination. */
export class Logs {
	private constructor(
		/** Anything may be logged here: secrets are removed, at any depth. */
		readonly logger: Logger,
		/** For lines on the hot path whose fields are known to hold no secret: not searched for any. */
		readonly plain: Logger,
		private readonly destination: LogDestination,
	) {}

	/** `destination` is for tests. */
	static async open(service: string, settings: LogSettings, destination?: LogDestination): Promise<Logs> {
		const target = destination ?? (await standardOutput(settings));
		const options = {
			level: settings.LOG_LEVEL,
			base: { service },
			timestamp: stdTimeFunctions.isoTime,
			formatters: { level: (label: string) => ({ level: label }) },
		};
		const logger = pino(
			{
				...options,
				serializers: { err: (error: unknown) => error },
				hooks: {
					logMethod(parameters, method) {
						method.apply(this, parameters.map((part) => scrubValue(part)) as Parameters<typeof method>);
					},
				},
			},
			target,
		);
		return new Logs(logger, pino(options, target), target);
	}

	/** Everything that was logged is out when this returns. For the last words of a process. */
	flush(): void {
		this.destination.flushSync();
	}
}
