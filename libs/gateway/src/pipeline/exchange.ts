import { AppError, type Listed } from '#libs/kernel';
import { type CallOutcome, type CallStatus, NO_TOKENS, type TokenUsage, type UsageSource } from '#libs/metering';
import type { Transport, UpstreamCall, UpstreamHandler, UpstreamRequest } from '#libs/providers';
import type { AnswerContext, AnswerPipe, ClientOperation } from '../dialects/client-operation.js';
import type { Downstream } from './inbound-call.js';
import { errorOfUpstream } from './upstream-error.js';

/** Silence after which a stream commits its status and keep-alives begin, then their interval. */
export const FIRST_KEEP_ALIVE_MS = 10_000;
export const KEEP_ALIVE_MS = 15_000;
/** A client that takes nothing for so long is dropped. */
export const STALLED_CLIENT_MS = 60_000;
const MAX_ERROR_BYTES = 65_536;
const MAX_WHOLE_BYTES = 64 * 1_048_576;

export interface ExchangeParts {
	readonly context: AnswerContext;
	readonly operation: ClientOperation;
	readonly pipe: AnswerPipe;
	readonly down: Downstream;
	readonly headers: Readonly<Record<string, string>>;
	readonly receivedAt: number;
	/** Monotonic milliseconds after which the call is cut. */
	readonly hardEnd: number;
	/** Of the prompt, for the estimate when nothing is reported. */
	readonly inputTokens: number;
	/** Bytes have come: `pieces` so far. */
	readonly onProgress: (pieces: number) => void;
	/** Exactly once. */
	readonly onOver: (outcome: CallOutcome) => void;
}

/**
 * One call between an upstream and a client: pumps with back-pressure, keeps silent clients alive, ends in exactly one
 * way. Either the answer is whole, or the client gets an error: as a whole answer while nothing was sent, in-band after.
 */
export class Exchange implements UpstreamHandler, Listed {
	place = -1;
	private upstream: UpstreamCall | undefined;
	private status = 0;
	private upstreamHeaders: Readonly<Record<string, string | string[] | undefined>> = {};
	private errorBytes: Buffer[] | undefined;
	private received = 0;
	private hasStarted = false;
	private isOver = false;
	private firstTokenAt: number | undefined;
	private lastWriteAt: number;
	private stalledSince: number | undefined;

	constructor(private readonly parts: ExchangeParts) {
		this.lastWriteAt = parts.receivedAt;
		parts.down.onGone(() => this.abandon('client_disconnected'));
		parts.down.onDrain(() => this.drained());
	}

	start(transport: Transport, request: UpstreamRequest): void {
		if (this.isOver) return; // the client left while we got ready
		this.upstream = transport.send(request, this);
	}

	onHead(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void {
		this.status = status;
		this.upstreamHeaders = headers;
		if (status !== 200) this.errorBytes = [];
		else if (this.parts.context.isStreamed && String(headers['content-type']).startsWith('text/html'))
			this.refuse('upstream_garbage');
	}

	onData(bytes: Buffer): void {
		if (this.isOver) return;
		this.received += bytes.length;
		if (this.errorBytes !== undefined) return this.collectError(bytes);
		if (!this.parts.context.isStreamed && this.received > MAX_WHOLE_BYTES) return this.refuse('upstream_too_large');
		this.guarded(() => {
			this.firstTokenAt ??= performance.now();
			const out = this.parts.pipe.feed(bytes);
			if (out !== undefined) this.send(out);
			this.parts.onProgress(this.parts.pipe.pieces);
			if (this.parts.pipe.failure !== undefined) this.fail(this.parts.pipe.failure);
		});
	}

	onEnd(): void {
		if (this.isOver) return;
		if (this.status !== 200) return this.fail(errorOf(this.status, this.upstreamHeaders, this.errorBytes));
		this.guarded(() => {
			const { last, isWhole } = this.parts.pipe.end();
			if (this.parts.pipe.failure !== undefined) return this.fail(this.parts.pipe.failure);
			if (!isWhole)
				return this.fail(
					new AppError('upstream', 'upstream_truncated', 'The upstream stopped before its answer was finished'),
				);
			this.complete(last);
		});
	}

	onError(error: AppError): void {
		this.fail(error);
	}

	/** Called about twice a second: timeouts and keep-alives without a timer per call. */
	tick(now: number): void {
		if (this.isOver) return;
		if (now > this.parts.hardEnd)
			return this.fail(new AppError('timeout', 'call_too_long', 'The call took longer than is allowed'));
		if (this.stalledSince !== undefined) {
			if (now - this.stalledSince > STALLED_CLIENT_MS) this.drop();
			return;
		}
		if (!this.parts.context.isStreamed) return;
		if (now - this.lastWriteAt > (this.hasStarted ? KEEP_ALIVE_MS : FIRST_KEEP_ALIVE_MS))
			this.send(this.parts.operation.keepAlive(this.parts.context));
	}

	/** Ends the call from our side: shutdown, a policy. The client gets `error` in the form that is still possible. */
	cut(error: AppError): void {
		this.fail(error);
	}

	private send(bytes: Buffer | string): void {
		this.open();
		this.lastWriteAt = performance.now();
		if (this.parts.down.write(bytes) || this.stalledSince !== undefined) return;
		this.stalledSince = this.lastWriteAt;
		this.upstream?.pause();
	}

	private open(): void {
		if (this.hasStarted) return;
		this.hasStarted = true;
		this.parts.down.start(200, this.parts.headers);
	}

	private drained(): void {
		if (this.stalledSince === undefined) return;
		this.stalledSince = undefined;
		this.upstream?.resume();
	}

	private complete(last: Buffer | string | undefined): void {
		const { context, down, headers } = this.parts;
		if (!context.isStreamed && last !== undefined) {
			down.start(200, { ...headers, 'content-length': String(Buffer.byteLength(last)) });
			down.end(last);
		} else {
			this.open();
			down.end(last);
		}
		this.over('ok', undefined);
	}

	private fail(error: AppError): void {
		if (this.isOver) return;
		this.upstream?.abort();
		if (this.hasStarted) this.parts.down.end(this.parts.operation.errorFrame(error, this.parts.context));
		else this.parts.down.fail(error);
		this.over(this.hasStarted || this.parts.pipe.pieces > 0 ? 'interrupted' : 'error', error.code);
	}

	private abandon(code: string): void {
		if (this.isOver) return;
		this.upstream?.abort();
		this.over('interrupted', code);
	}

	private drop(): void {
		this.parts.down.destroy();
		this.abandon('client_stalled');
	}

	private refuse(code: string): void {
		this.fail(new AppError('upstream', code, 'The upstream sent something that cannot be passed on'));
	}

	private collectError(bytes: Buffer): void {
		this.errorBytes?.push(bytes);
		if (this.received > MAX_ERROR_BYTES) this.fail(errorOf(this.status, this.upstreamHeaders, []));
	}

	/** Whatever goes wrong inside a callback of the upstream ends this call, never the process. */
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

	private over(status: CallStatus, errorCode: string | undefined): void {
		this.isOver = true;
		const { receivedAt } = this.parts;
		const { usage, usageSource, isEstimated } = this.usageAtEnd(status);
		const firstTokenMs = this.firstTokenAt === undefined ? undefined : Math.round(this.firstTokenAt - receivedAt);
		const durationMs = Math.round(performance.now() - receivedAt);
		this.parts.onOver({ status, errorCode, usage, usageSource, isEstimated, attempts: 1, firstTokenMs, durationMs });
	}

	private usageAtEnd(status: CallStatus): { usage: TokenUsage; usageSource: UsageSource; isEstimated: boolean } {
		const { usage, pieces } = this.parts.pipe;
		if (usage?.isInputUnknown === true) {
			const { isInputUnknown: _, ...known } = usage;
			const estimate = { ...known, input: this.parts.inputTokens };
			return { usage: estimate, usageSource: 'provider_partial', isEstimated: true };
		}
		if (usage !== undefined)
			return { usage, usageSource: status === 'ok' ? 'provider' : 'provider_partial', isEstimated: false };
		if (pieces === 0) return { usage: NO_TOKENS, usageSource: 'none', isEstimated: false };
		const estimate = { ...NO_TOKENS, input: this.parts.inputTokens, output: pieces };
		return { usage: estimate, usageSource: 'estimated', isEstimated: true };
	}
}

const errorOf = (
	status: number,
	headers: Readonly<Record<string, string | string[] | undefined>>,
	body: readonly Buffer[] | undefined,
): AppError => errorOfUpstream(status, headers, Buffer.concat(body ?? []));
