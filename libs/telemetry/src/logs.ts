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

/** What a process says, as JSON lines on one destination. */
export class Logs {
	/** Whether `infoLine` writes anything. */
	readonly hasInfo: boolean;
	private lastMs = 0;
	private lastTime = '';

	private constructor(
		/** Anything may be logged here: secrets are removed, at any depth. */
		readonly logger: Logger,
		private readonly service: string,
		private readonly destination: LogDestination,
	) {
		this.hasInfo = logger.isLevelEnabled('info');
	}

	/**
	 * A line of level info for the hot path, at a sixth of the price. `fields` are JSON members that hold no secret:
	 * nothing is escaped or searched here.
	 */
	infoLine(fields: string, message: string): void {
		if (!this.hasInfo) return;
		const time = this.time();
		this.destination.write(
			`{"level":"info","time":"${time}","service":"${this.service}",${fields},"msg":"${message}"}\n`,
		);
	}

	/** Of the same millisecond only one text is made. */
	private time(): string {
		const now = Date.now();
		if (now !== this.lastMs) {
			this.lastMs = now;
			this.lastTime = new Date(now).toISOString();
		}
		return this.lastTime;
	}

	/** `destination` is for tests. */
	static async open(service: string, settings: LogSettings, destination?: LogDestination): Promise<Logs> {
		const target = destination ?? (await standardOutput(settings));
		const logger = pino(
			{
				level: settings.LOG_LEVEL,
				base: { service },
				timestamp: stdTimeFunctions.isoTime,
				formatters: { level: (label: string) => ({ level: label }) },
				serializers: { err: (error: unknown) => error },
				hooks: {
					logMethod(parameters, method) {
						method.apply(this, parameters.map((part) => scrubValue(part)) as Parameters<typeof method>);
					},
				},
			},
			target,
		);
		return new Logs(logger, service, target);
	}

	/** Everything that was logged is out when this returns. For the last words of a process. */
	flush(): void {
		this.destination.flushSync();
	}
}
