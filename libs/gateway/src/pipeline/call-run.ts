import { AppError } from '#libs/kernel';
import type { CallLedger, CallOutcome, FailedAttempt, OpenCall } from '#libs/metering';
import { type Plan, vendorOf } from '#libs/providers';
import type { AnswerContext } from '../dialects/client-operation.js';
import { rateHeaders } from '../dialects/rate-headers.js';
import { Journey } from '../routing/journey.js';
import type { Target } from '../routing/target.js';
import { type Slots, type Wait, waitForPlace } from '../routing/slots.js';
import { type EndedExchange, Exchange, type ExchangeJournal, type Leg } from './exchange.js';
import { callStart } from './call-start.js';
import type { CallInHand, Downstream, InboundCall } from './inbound-call.js';
import { contextOf, prepare } from './prepare.js';
import type { RunParts } from './run-parts.js';

const QUEUE_MS = 30_000;

/** One admitted call on its way through its upstreams: takes places, begins attempts, books what came of them. */
export class CallRun implements CallInHand, ExchangeJournal {
	private readonly context: AnswerContext;
	private readonly journey: Journey;
	private open: OpenCall | undefined;
	private exchange: Exchange | undefined;
	private wait: Wait | undefined;
	/** Before the same upstream is asked again; its place is held meanwhile. */
	private pause: { readonly target: Target; readonly timer: NodeJS.Timeout } | undefined;
	private sentAt: number | undefined;
	private attemptAt = 0;
	private failures: FailedAttempt[] | undefined;

	constructor(
		private readonly parts: RunParts,
		private readonly call: InboundCall,
		private readonly plan: Plan,
		private readonly down: Downstream,
	) {
		this.context = contextOf(call);
		this.journey = new Journey(parts.router.targetsOf(plan, call.scanned.value));
	}

	/**
	 * Resolves once the upstream is asked, or the call waits for its turn.
	 * @throws AppError for everything that is refused before; nothing was sent to `down` then.
	 */
	async start(ledger: CallLedger): Promise<void> {
		const now = performance.now();
		const target = this.journey.first(now);
		const queues = target === undefined ? this.journey.busy(now) : [];
		if (target === undefined && queues.length === 0) throw this.journey.refusal(now);
		const leg = await this.admit(ledger, target ?? this.parts.router.any(this.plan), target !== undefined);
		const exchange = new Exchange({
			context: this.context,
			operation: this.call.operation,
			down: this.down,
			receivedAt: this.call.receivedAt,
			hardEnd: this.call.receivedAt + this.parts.totalMs(leg.target),
			patience: this.parts.patience,
			journal: this,
			first: leg,
		});
		this.exchange = exchange;
		this.parts.active.add(exchange);
		if (target !== undefined) this.begin(leg);
		else void this.queue(queues);
	}

	release(code: string): void {
		this.exchange?.release(code);
	}

	headers({ target, prepared }: Leg): Record<string, string> {
		const { isStreamed, operation, alias, receivedAt } = this.call;
		const headers: Record<string, string> = {
			'content-type': isStreamed ? operation.streamType : 'application/json; charset=utf-8',
			'cache-control': isStreamed ? 'no-cache, no-transform' : 'no-store',
			'x-parallama-provider': headerSafe(target.provider.name),
			'x-parallama-model': headerSafe(alias),
			'x-parallama-attempts': String(this.journey.attempts),
			'x-parallama-overhead-ms': ((this.sentAt ?? receivedAt) - receivedAt).toFixed(2),
		};
		if (this.open !== undefined && this.open.quotas.length > 0)
			Object.assign(headers, rateHeaders(operation.dialect, this.open.quotas));
		if (isStreamed) headers['x-accel-buffering'] = 'no';
		if (prepared.dropped.length > 0) headers['x-parallama-dropped-params'] = prepared.dropped.map(headerSafe).join(',');
		return headers;
	}

	onProgress(pieces: number): void {
		this.open?.progressed(pieces);
	}

	onLegOver({ target }: Leg, firstByteMs: number | undefined, error: AppError | undefined): void {
		target.load.inFlight--;
		target.load.slots?.release();
		if (firstByteMs !== undefined) target.load.answered(firstByteMs);
		this.parts.metrics.attempted(target, firstByteMs, error);
		if (error !== undefined) {
			this.parts.targets.failed(target, error);
			this.note(target, error);
		} else if (firstByteMs !== undefined) this.parts.targets.succeeded(target);
	}

	recover(error: AppError): boolean {
		const next = this.journey.after(error, performance.now(), Math.random());
		if (next === undefined) return false;
		const { target, waitMs } = next;
		const timer = setTimeout(() => {
			this.pause = undefined;
			void this.tryNext(target);
		}, waitMs);
		this.pause = { target, timer };
		return true;
	}

	mayDrain({ target }: Leg): boolean {
		return target.provider.settings.onDisconnect === 'drain' && this.parts.active.mayDrain;
	}

	onOver({ target }: Leg, { fault, ...outcome }: EndedExchange): void {
		this.wait?.cancel();
		if (this.pause !== undefined) {
			clearTimeout(this.pause.timer);
			this.pause.target.load.slots?.release();
		}
		if (this.exchange !== undefined) this.parts.active.remove(this.exchange);
		const booked: CallOutcome = {
			...outcome,
			attempts: this.journey.attempts,
			providerId: target.provider.id,
			model: target.model,
			vendor: vendorOf(target.provider),
			...(this.journey.attempts > 1 && this.failures !== undefined ? { failures: this.failures } : {}),
		};
		this.open?.settle(booked);
		this.parts.metrics.ended(this.call.operation, target, this.call.isStreamed, { ...outcome, fault });
		this.parts.policies.after(this.call, target, booked);
	}

	/** Prepares the first attempt and opens the call in the ledger: what cannot be translated is no call. */
	private async admit(ledger: CallLedger, target: Target, hasPlace: boolean): Promise<Leg> {
		try {
			const found = this.legFor(target);
			const leg = found instanceof Promise ? await found : found;
			const asked = performance.now();
			this.open = await ledger.open(callStart(this.call, target, this.plan));
			this.parts.metrics.admitted(performance.now() - asked);
			return leg;
		} catch (error) {
			if (hasPlace) target.load.slots?.release();
			throw error;
		}
	}

	private legFor(target: Target): Leg | Promise<Leg> {
		const { upstreams } = this.parts;
		const transport = upstreams.transportOf(target.provider);
		const prepared = prepare(this.call, target, {
			context: this.context,
			mayDrop: () => this.plan.alias?.allowsDroppedParams === true || this.parts.allowsDroppedParams(this.call),
			images: upstreams.images,
		});
		return prepared instanceof Promise
			? prepared.then((done) => ({ target, prepared: done, transport }))
			: { target, prepared, transport };
	}

	private begin(leg: Leg): void {
		this.attemptAt = performance.now();
		if (this.sentAt === undefined) {
			this.sentAt = this.attemptAt;
			this.parts.metrics.sent(this.call.operation, this.sentAt - this.call.receivedAt);
		}
		leg.target.load.inFlight++;
		this.exchange?.begin(leg);
	}

	private note({ provider, model }: Target, { code }: AppError): void {
		const ms = Math.round(performance.now() - this.attemptAt);
		(this.failures ??= []).push({ providerId: provider.id, model, ms, errorCode: code });
	}

	private async queue(queues: readonly Slots[]): Promise<void> {
		try {
			const limitMs = this.parts.router.any(this.plan).provider.settings.queueTimeoutMs ?? QUEUE_MS;
			this.wait = waitForPlace(queues, this.call.principal.organizationId, limitMs);
			const now = performance.now();
			const target = this.journey.arrive(await this.wait.place, now);
			if (target === undefined) throw this.journey.refusal(now);
			await this.tryNext(target);
		} catch (error) {
			this.exchange?.cut(asAppError(error));
		}
	}

	/** A target whose place is taken. */
	private async tryNext(target: Target): Promise<void> {
		try {
			this.begin(await this.legFor(target));
		} catch (error) {
			target.load.slots?.release();
			this.exchange?.cut(asAppError(error));
		}
	}
}

const asAppError = (error: unknown): AppError =>
	error instanceof AppError
		? error
		: new AppError('bug', 'internal_error', 'Something went wrong here', { cause: error });

/** Model and provider names come from people and upstreams: only what may stand in a header. */
const headerSafe = (name: string): string => (/^[\x21-\x7e]*$/.test(name) ? name : encodeURIComponent(name));
