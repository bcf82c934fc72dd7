import { AppError, type Listed } from '#libs/kernel';
import type { Transport, UpstreamCall, UpstreamHandler, UpstreamRequest } from '#libs/providers';
import type { Downstream } from '../pipeline/inbound-call.js';
import { errorOfUpstream } from '../pipeline/upstream-error.js';
import { Progress } from './progress.js';

const MAX_WHOLE_BYTES = 1_048_576;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** One change of models between a client and its Ollama server: progress with back-pressure, ended in exactly one way. */
export class ManagementExchange implements UpstreamHandler, Listed {
	/** Belongs to the roster. */
	place = -1;
	/** The code of what ended it; `undefined`: it was done. */
	readonly ended: Promise<string | undefined>;
	private settle: (code: string | undefined) => void = () => undefined;
	private upstream: UpstreamCall | undefined;
	private readonly progress = new Progress();
	private readonly whole: Buffer[] = [];
	private status = 0;
	private headers: Headers = {};
	private received = 0;
	private hasStarted = false;
	private isOver = false;

	constructor(
		private readonly down: Downstream,
		private readonly isStreamed: boolean,
		/** Before the client is told that all is done. */
		private readonly beforeEnd: () => Promise<void>,
	) {
		this.ended = new Promise((resolve) => {
			this.settle = resolve;
		});
		down.onGone(() => this.abandon());
		down.onDrain(() => this.upstream?.resume());
	}

	start(transport: Transport, request: UpstreamRequest): void {
		if (!this.isOver) this.upstream = transport.send(request, this);
	}

	onHead(status: number, headers: Headers): void {
		this.status = status;
		this.headers = headers;
	}

	onData(bytes: Buffer): void {
		if (this.isOver) return;
		if (this.status === 200 && this.isStreamed) return this.guarded(() => this.pass(this.progress.feed(bytes)));
		this.received += bytes.length;
		this.whole.push(bytes);
		if (this.received > MAX_WHOLE_BYTES)
			this.fail(new AppError('upstream', 'upstream_too_large', 'The upstream sent too much'));
	}

	onEnd(): void {
		if (this.isOver) return;
		if (this.status < 200 || this.status > 299)
			return this.fail(errorOfUpstream(this.status, this.headers, Buffer.concat(this.whole)));
		this.guarded(() => (this.isStreamed ? this.endProgress() : this.endWhole()));
	}

	onError(error: AppError): void {
		this.fail(error);
	}

	/** Ends it from our side. */
	cut(error: AppError): void {
		this.fail(error);
	}

	private pass(lines: Buffer | undefined): void {
		if (lines !== undefined) {
			this.open();
			if (!this.down.write(lines)) this.upstream?.pause();
		}
		if (this.progress.failure !== undefined)
			this.fail(
				new AppError('upstream', 'upstream_error', `The upstream reported: ${this.progress.failure.slice(0, 500)}`),
			);
	}

	private endProgress(): void {
		const last = this.progress.end();
		if (this.progress.failure !== undefined) return this.pass(last);
		if (!this.progress.isDone)
			return this.fail(new AppError('upstream', 'upstream_truncated', 'The upstream stopped before it was done'));
		this.finish(() => {
			this.open();
			this.down.end(last);
		});
	}

	private endWhole(): void {
		const body = Buffer.concat(this.whole);
		const headers: Record<string, string> = { 'content-length': String(body.length) };
		if (body.length > 0) headers['content-type'] = 'application/json; charset=utf-8';
		this.finish(() => {
			this.down.start(this.status, headers);
			this.down.end(body);
		});
	}

	private finish(answer: () => void): void {
		void this.beforeEnd().finally(() => {
			if (this.isOver) return;
			answer();
			this.over(undefined);
		});
	}

	private open(): void {
		if (this.hasStarted) return;
		this.hasStarted = true;
		this.down.start(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-cache, no-transform' });
	}

	private fail(error: AppError): void {
		if (this.isOver) return;
		this.upstream?.abort();
		if (this.hasStarted) this.down.end(`${JSON.stringify({ error: error.message })}\n`);
		else this.down.fail(error);
		this.over(error.code);
	}

	private abandon(): void {
		if (this.isOver) return;
		this.upstream?.abort();
		this.over('client_disconnected');
	}

	private guarded(work: () => void): void {
		try {
			work();
		} catch (error) {
			this.fail(
				error instanceof AppError
					? error
					: new AppError('bug', 'internal_error', 'Something went wrong here', { cause: error }),
			);
		}
	}

	private over(code: string | undefined): void {
		this.isOver = true;
		this.settle(code);
	}
}
