import { AppError, type Fault, type Listed } from '#libs/kernel';
import { type CallOutcome, type CallStatus, NO_TOKENS, type TokenUsage, type UsageSource } from '#libs/metering';
import type { Transport } from '#libs/providers';
import type { AnswerContext, ClientOperation } from '../dialects/client-operation.js';
import type { Target } from '../routing/target.js';
import type { Downstream } from './inbound-call.js';
import type { Prepared } from './prepare.js';
import { Source, type SourceListener } from './source.js';

/** The first sign of life commits a stream's status, so it comes earlier than the others. */
const FIRST_KEEP_ALIVE = 2 / 3;
/** How long the answer to a client that left is read on, where its provider bills it anyway. */
const DRAIN_MS = 120_000;
const MAX_WHOLE_BYTES = 64 * 1_048_576;

/** One attempt to get an answer. */
export interface Leg {
	readonly target: Target;
	readonly prepared: Prepared;
	readonly transport: Transport;
}

/** Milliseconds. */
export interface Patience {
	/** Silence after which a streaming client is sent a sign of life. */
	readonly keepAliveMs: number;
	/** A client that takes nothing for so long is dropped. */
	readonly stalledMs: number;
}

export interface ExchangeParts {
	readonly context: AnswerContext;
	readonly operation: ClientOperation;
	readonly down: Downstream;
	readonly receivedAt: number;
	/** Monotonic milliseconds after which the call is cut. */
	readonly hardEnd: number;
	readonly patience: Patience;
	readonly journal: ExchangeJournal;
	/** The attempt that is booked when the client leaves before any has begun. */
	readonly first: Leg;
}

/** What the pipeline wants to know of an exchange, and decides for it. */
export interface ExchangeJournal {
	/** Of the answer; asked for once, when the status is sent. */
	headers(leg: Leg): Readonly<Record<string, string>>;
	/** Bytes have come: `pieces` so far. */
	onProgress(pieces: number): void;
	/** An attempt is over; `firstByteMs` after its beginning, if any came. `error`: why it failed. */
	onLegOver(leg: Leg, firstByteMs: number | undefined, error: AppError | undefined): void;
	/** Nothing of an answer has come: begins another attempt later, or returns false. */
	recover(error: AppError): boolean;
	/** The client left: whether the answer is read to its end all the same, for its usage. */
	mayDrain(leg: Leg): boolean;
	/** Exactly once. */
	onOver(leg: Leg, outcome: EndedExchange): void;
}

/** What an exchange knows of its outcome. */
export type EndedExchange = Omit<CallOutcome, 'attempts' | 'providerId' | 'model' | 'vendor' | 'cost' | 'failures'> & {
	/** Of the error that ended it. */
	readonly fault: Fault | undefined;
};

/**
 * One call between its upstreams and a client: pumps with back-pressure, keeps silent clients alive, ends in exactly one
 * way. Either the answer is whole, or the client gets an error: as a whole answer while nothing was sent, in-band after.
 */
export class Exchange implements SourceListener, Listed {
	place = -1;
	private leg: Leg;
	private sources: readonly Source[] = [];
	/** Sources that have not ended; below 0: no attempt is under way. */
	private running = -1;
	private legStartedAt = 0;
	private firstByteAt: number | undefined;
	private hasStarted = false;
	/** Bytes of an answer were sent, not only keep-alives. */
	private hasAnswered = false;
	private isOver = false;
	/** The client has left, and the answer is read on until then. */
	private detachedUntil: number | undefined;
	/** Tokens that it had been sent then. */
	private delivered: number | undefined;
	private lastWriteAt: number;
	private stalledSince: number | undefined;

	constructor(private readonly parts: ExchangeParts) {
		this.leg = parts.first;
		this.lastWriteAt = parts.receivedAt;
		parts.down.onGone(() => this.abandon('client_disconnected'));
		parts.down.onDrain(() => this.drained());
	}

	/** The client has left, and the answer is read on for its usage. */
	get isDraining(): boolean {
		return this.detachedUntil !== undefined;
	}

	get isStreamed(): boolean {
		return this.parts.context.isStreamed;
	}

	/** Begins an attempt; the one before it, if any, has failed. */
	begin(leg: Leg): void {
		if (this.isOver) return this.parts.journal.onLegOver(leg, undefined, undefined); // the client left while we got ready
		const { requests } = leg.prepared;
		this.leg = leg;
		this.legStartedAt = performance.now();
		this.running = requests.length;
		this.sources = requests.map((_, index) => new Source(this, index, this.parts.context.isStreamed));
		for (const [index, source] of this.sources.entries())
			source.send(leg.transport, requests[index] as (typeof requests)[number]);
	}

	onBytes(bytes: Buffer, source: number): void {
		const { leg } = this;
		this.firstByteAt ??= performance.now();
		if (!this.parts.context.isStreamed && (this.sources[source]?.received ?? 0) > MAX_WHOLE_BYTES)
			return this.fail(
				new AppError('upstream', 'upstream_too_large', 'The upstream sent something that cannot be passed on'),
			);
		this.guarded(() => {
			const { pipe } = leg.prepared;
			const out = pipe.feed(bytes, source);
			if (out !== undefined) {
				this.hasAnswered = true;
				this.send(out);
			}
			this.parts.journal.onProgress(pipe.pieces);
			if (pipe.failure !== undefined) this.fail(pipe.failure);
		});
	}

	onFinished(source: number): void {
		this.guarded(() => {
			const { pipe } = this.leg.prepared;
			const { last, isWhole } = pipe.end(source);
			if (pipe.failure !== undefined) return this.fail(pipe.failure);
			if (!isWhole)
				return this.fail(
					new AppError('upstream', 'upstream_truncated', 'The upstream stopped before its answer was finished'),
				);
			if (--this.running === 0) this.complete(last);
			else if (last !== undefined) this.send(last);
		});
	}

	onFailed(error: AppError): void {
		this.fail(error);
	}

	/** Called about twice a second: timeouts and keep-alives without a timer per call. */
	tick(now: number): void {
		if (this.isOver) return;
		if (now > this.parts.hardEnd)
			return this.end(new AppError('timeout', 'call_too_long', 'The call took longer than is allowed'));
		if (this.detachedUntil !== undefined) {
			if (now > this.detachedUntil) this.end(new AppError('timeout', 'drain_too_long', 'The rest took too long'));
			return;
		}
		if (this.stalledSince !== undefined) {
			if (now - this.stalledSince > this.parts.patience.stalledMs) this.drop();
			return;
		}
		if (!this.parts.context.isStreamed) return;
		const { keepAliveMs } = this.parts.patience;
		if (now - this.lastWriteAt > (this.hasStarted ? keepAliveMs : keepAliveMs * FIRST_KEEP_ALIVE))
			this.send(this.parts.operation.keepAlive(this.parts.context));
	}

	/** Ends the call from our side: shutdown, a policy, nowhere left to try. The client gets `error` in a form still possible. */
	cut(error: AppError): void {
		this.end(error);
	}

	/** Nobody wants the rest, not even its usage. */
	release(code: string): void {
		if (this.isOver) return;
		this.stop();
		this.over('interrupted', code);
	}

	private send(bytes: Buffer | string): void {
		if (this.detachedUntil !== undefined || bytes.length === 0) return;
		this.open();
		this.lastWriteAt = performance.now();
		if (this.parts.down.write(bytes) || this.stalledSince !== undefined) return;
		this.stalledSince = this.lastWriteAt;
		for (const source of this.sources) source.pause();
	}

	private open(): void {
		if (this.hasStarted) return;
		this.hasStarted = true;
		this.parts.down.start(200, this.parts.journal.headers(this.leg));
	}

	private drained(): void {
		if (this.stalledSince === undefined) return;
		this.stalledSince = undefined;
		for (const source of this.sources) source.resume();
	}

	private complete(last: Buffer | string | undefined): void {
		const { context, down, journal } = this.parts;
		const { leg } = this;
		if (this.detachedUntil !== undefined) return this.over('interrupted', 'client_disconnected');
		if (!context.isStreamed && last !== undefined) {
			down.start(200, { ...journal.headers(leg), 'content-length': String(Buffer.byteLength(last)) });
			down.end(last);
		} else {
			this.open();
			down.end(last);
		}
		this.over('ok', undefined);
	}

	/** The attempt failed; another one may help as long as nothing of an answer has come. */
	private fail(error: AppError): void {
		if (this.isOver) return;
		if (this.hasContent() || this.running < 0) return this.end(error);
		this.leave(error);
		if (!this.parts.journal.recover(error)) this.end(error);
	}

	/** Something of an answer has come, so that another attempt would be a second answer. */
	private hasContent(): boolean {
		if (!this.parts.context.isStreamed) return this.sources.some(({ received }) => received > 0);
		return this.hasAnswered || this.leg.prepared.pipe.pieces > 0;
	}

	private end(error: AppError): void {
		if (this.isOver) return;
		this.stop();
		if (this.detachedUntil !== undefined) return this.over('interrupted', 'client_disconnected', error);
		if (this.hasStarted) this.parts.down.end(this.parts.operation.errorFrame(error, this.parts.context));
		else this.parts.down.fail(error);
		const pieces = this.leg.prepared.pipe.pieces;
		this.over(this.hasStarted || pieces > 0 ? 'interrupted' : 'error', error.code, error);
	}

	private abandon(code: string): void {
		if (this.isOver || this.detachedUntil !== undefined) return;
		if (this.firstByteAt !== undefined && this.running > 0 && this.parts.journal.mayDrain(this.leg)) {
			this.detachedUntil = performance.now() + DRAIN_MS;
			this.delivered = this.answered();
			return this.drained();
		}
		this.stop();
		this.over('interrupted', code);
	}

	private drop(): void {
		this.parts.down.destroy();
		this.abandon('client_stalled');
	}

	private stop(): void {
		for (const source of this.sources) source.abort();
	}

	/** The attempt is given up; its sources give nothing more. */
	private leave(error: AppError | undefined): void {
		this.stop();
		if (this.running < 0) return;
		this.running = -1;
		const firstByteMs = this.firstByteAt === undefined ? undefined : this.firstByteAt - this.legStartedAt;
		this.parts.journal.onLegOver(this.leg, firstByteMs, error);
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

	private over(status: CallStatus, errorCode: string | undefined, error?: AppError): void {
		const { leg } = this;
		this.isOver = true;
		const usage = this.usageAtEnd(status);
		const delivered = status === 'ok' ? undefined : (this.delivered ?? this.answered());
		const now = performance.now();
		const upstreamMs = this.running < 0 ? 0 : Math.round(now - this.legStartedAt);
		this.leave(error);
		const { receivedAt, journal } = this.parts;
		const firstTokenMs = this.firstByteAt === undefined ? undefined : Math.round(this.firstByteAt - receivedAt);
		const durationMs = Math.round(now - receivedAt);
		const fault = error?.fault;
		journal.onOver(leg, { status, errorCode, fault, ...usage, delivered, upstreamMs, firstTokenMs, durationMs });
	}

	/** Tokens of the answer that have come: as the upstream counts them, else one for each piece. */
	private answered(): number {
		const { usage, pieces } = this.leg.prepared.pipe;
		return pieces === 0 || usage === undefined ? pieces : Math.max(usage.output + usage.reasoning, pieces);
	}

	private usageAtEnd(status: CallStatus): { usage: TokenUsage; usageSource: UsageSource; isEstimated: boolean } {
		const { usage, pieces } = this.leg.prepared.pipe;
		if (usage?.isInputUnknown === true) {
			const { isInputUnknown: _, ...known } = usage;
			const estimate = { ...known, input: this.parts.context.inputTokens };
			return { usage: estimate, usageSource: 'provider_partial', isEstimated: true };
		}
		const isWhole = status === 'ok' || (this.isDraining && this.running === 0);
		if (usage !== undefined)
			return { usage, usageSource: isWhole ? 'provider' : 'provider_partial', isEstimated: false };
		if (pieces === 0) return { usage: NO_TOKENS, usageSource: 'none', isEstimated: false };
		const estimate = { ...NO_TOKENS, input: this.parts.context.inputTokens, output: pieces };
		return { usage: estimate, usageSource: 'estimated', isEstimated: true };
	}
}
