import { type Dispatcher, Pool } from 'undici';
import { AppError } from '#libs/kernel';
import { Transport, type UpstreamCall, type UpstreamHandler, type UpstreamRequest } from '../transport.js';
import type { EgressGuard } from './egress-guard.js';

export interface TransportTimeouts {
	readonly connectMs: number;
	readonly firstByteMs: number;
	readonly idleMs: number;
}

/** Answers of the 100s that come before the real one. */
const MAX_INFORMATIONAL = 16;

/** Keep-alive connections to one upstream of one organization: never shared with another's. Redirects are not followed. */
export class HttpTransport extends Transport {
	/** Or why there is none: a literal address is not looked up, so the lookup cannot stop it; nor a port. */
	private readonly pool: Pool | AppError;

	constructor(
		baseUrl: URL,
		guard: EgressGuard,
		private readonly timeouts: TransportTimeouts,
	) {
		super();
		this.pool =
			guard.refusalOf(baseUrl) ??
			new Pool(baseUrl.origin, {
				connections: null,
				pipelining: 1,
				allowH2: false,
				connect: { lookup: guard.lookup, timeout: timeouts.connectMs },
				keepAliveTimeout: 30_000,
				maxHeaderSize: 32_768,
			});
	}

	send(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
		const exchange = new Exchange(handler);
		const { pool } = this;
		if (pool instanceof AppError) {
			queueMicrotask(() => exchange.fail(pool));
			return exchange;
		}
		pool.dispatch(
			{
				path: request.path,
				method: request.method,
				headers: request.headers as Record<string, string>,
				body: request.body ?? null,
				headersTimeout: request.timeouts?.firstByteMs ?? this.timeouts.firstByteMs,
				bodyTimeout: request.timeouts?.idleMs ?? this.timeouts.idleMs,
			},
			exchange,
		);
		return exchange;
	}

	close(): void {
		if (!(this.pool instanceof AppError)) void this.pool.destroy();
	}
}

/** Exchanges that hold bytes which came in this turn of the event loop. */
let holding: Exchange[] = [];

function handOnAll(): void {
	const all = holding;
	holding = [];
	for (const exchange of all) exchange.handOn();
}

/**
 * One request on its way: undici's callbacks in, ours out. An upstream that sends each token as a chunk of its own gives
 * many in one read: they go on together, in the same turn of the event loop.
 */
class Exchange implements Dispatcher.DispatchHandler, UpstreamCall {
	private controller: Dispatcher.DispatchController | undefined;
	private isOver = false;
	private readonly held: Buffer[] = [];
	private informational = 0;

	constructor(private readonly handler: UpstreamHandler) {}

	onRequestStart(controller: Dispatcher.DispatchController): void {
		this.controller = controller;
		if (this.isOver) controller.abort(new Error('aborted'));
	}
	onResponseStart(
		_: Dispatcher.DispatchController,
		status: number,
		headers: Record<string, string | string[] | undefined>,
	): void {
		if (this.isOver) return;
		if (status < 200) {
			if (++this.informational > MAX_INFORMATIONAL) this.refuse('The upstream sends early answers without end');
			return;
		}
		const encoding = headers['content-encoding'] ?? 'identity'; // none was asked for
		if (encoding !== 'identity') return this.refuse('The upstream sent a compressed answer, which was not asked for');
		this.handler.onHead(status, headers);
	}
	onResponseData(_: Dispatcher.DispatchController, bytes: Buffer): void {
		if (this.isOver) return;
		if (this.held.push(bytes) > 1) return;
		if (holding.push(this) === 1) queueMicrotask(handOnAll);
	}
	onResponseEnd(): void {
		this.handOn();
		if (this.isOver) return;
		this.isOver = true;
		this.handler.onEnd();
	}
	onResponseError(_: Dispatcher.DispatchController | undefined, error: Error): void {
		this.fail(error);
	}

	handOn(): void {
		const { held } = this;
		if (held.length === 0) return;
		const bytes = held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held);
		held.length = 0;
		if (this.isOver) return;
		try {
			this.handler.onData(bytes);
		} catch (error) {
			this.controller?.abort(error as Error); // comes back as `onResponseError`, and disturbs no other exchange
		}
	}

	fail(error: Error): void {
		this.handOn();
		if (this.isOver) return;
		this.isOver = true;
		this.handler.onError(translate(error));
	}

	private refuse(message: string): void {
		const { controller } = this;
		this.fail(new AppError('upstream', 'upstream_garbage', message));
		controller?.abort(new Error('refused'));
	}

	pause(): void {
		this.controller?.pause();
	}
	resume(): void {
		this.controller?.resume();
	}
	abort(): void {
		if (this.isOver) return;
		this.isOver = true;
		this.controller?.abort(new Error('aborted'));
	}
}

function translate(error: Error & { code?: string }): AppError {
	if (error instanceof AppError) return error;
	const options = { cause: error };
	switch (error.code) {
		case 'UND_ERR_HEADERS_TIMEOUT':
			return new AppError('timeout', 'upstream_timeout', 'The upstream did not begin to answer in time', options);
		case 'UND_ERR_BODY_TIMEOUT':
			return new AppError('timeout', 'upstream_stalled', 'The upstream stopped in the middle of its answer', options);
		case 'UND_ERR_CONNECT_TIMEOUT':
		case 'ECONNREFUSED':
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
		case 'EHOSTUNREACH':
		case 'ENETUNREACH':
			return new AppError('unavailable', 'upstream_unreachable', 'The upstream cannot be reached', options);
		default:
			return new AppError('upstream', 'upstream_failed', 'The connection to the upstream broke', options);
	}
}
