import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/** Contexts in which Nest lists every module and route at each start. */
const talkative = new Set(['InstanceLoader', 'NestFactory', 'NestApplication', 'RouterExplorer', 'RoutesResolver']);

/** Nest's own lines and those of `new Logger(context)`, as JSON lines of the process. */
export class NestPinoLogger implements LoggerService {
	constructor(private readonly logger: Logger) {}

	log(message: unknown, ...rest: unknown[]): void {
		this.write(talkative.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
	}
	error(message: unknown, ...rest: unknown[]): void {
		this.write('error', message, rest);
	}
	warn(message: unknown, ...rest: unknown[]): void {
		this.write('warn', message, rest);
	}
	debug(message: unknown, ...rest: unknown[]): void {
		this.write('debug', message, rest);
	}
	verbose(message: unknown, ...rest: unknown[]): void {
		this.write('trace', message, rest);
	}
	fatal(message: unknown, ...rest: unknown[]): void {
		this.write('fatal', message, rest);
	}

	/** Nest passes the context last, and for errors a stack before it. */
	private write(
		level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal',
		message: unknown,
		rest: unknown[],
	): void {
		if (!this.logger.isLevelEnabled(level)) return;
		const context = rest.findLast((part) => typeof part === 'string' && !part.includes('\n'));
		const stack = rest.find((part) => typeof part === 'string' && part.includes('\n'));
		const error = message instanceof Error ? message : rest.find((part) => part instanceof Error);
		this.logger[level](
			{ context, ...(error === undefined ? {} : { err: error }), ...(stack === undefined ? {} : { stack }) },
			textOf(message),
		);
	}
}

const textOf = (message: unknown): string => {
	if (message instanceof Error) return message.message;
	return typeof message === 'string' ? message : (JSON.stringify(message) ?? String(message));
};
