import { AppError } from '#libs/kernel';
import type { Transport, UpstreamCall, UpstreamHandler, UpstreamRequest } from '#libs/providers';
import { errorOfUpstream } from './upstream-error.js';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const MAX_ERROR_BYTES = 65_536;
const NO_HEADERS: Headers = Object.freeze({});

/** Who gets what a source gives. */
export interface SourceListener {
	/** Bytes of an answer with status 200. */
	onBytes(bytes: Buffer, source: number): void;
	/** The answer's bytes have ended. */
	onFinished(source: number): void;
	/** The upstream refused, failed, or talks rubbish. Nothing more comes. */
	onFailed(error: AppError, source: number): void;
}

/** One request to one upstream. Several serve one attempt where an upstream gives one choice at a time. */
export class Source implements UpstreamHandler {
	/** Bytes of the answer so far. */
	received = 0;
	private call: UpstreamCall | undefined;
	private status = 0;
	private headers = NO_HEADERS;
	private errorBytes: Buffer[] | undefined;
	private errorSize = 0;
	private isOver = false;

	constructor(
		private readonly listener: SourceListener,
		private readonly index: number,
		private readonly isStreamed: boolean,
	) {}

	send(transport: Transport, request: UpstreamRequest): void {
		this.call = transport.send(request, this);
		if (this.isOver) this.call.abort();
	}

	pause(): void {
		this.call?.pause();
	}
	resume(): void {
		this.call?.resume();
	}
	abort(): void {
		this.isOver = true;
		this.call?.abort();
	}

	onHead(status: number, headers: Headers): void {
		if (this.isOver) return;
		this.status = status;
		this.headers = headers;
		if (status !== 200) this.errorBytes = [];
		else if (this.isStreamed && String(headers['content-type']).startsWith('text/html'))
			this.fail(new AppError('upstream', 'upstream_garbage', 'The upstream sent something that cannot be passed on'));
	}

	onData(bytes: Buffer): void {
		if (this.isOver) return;
		if (this.errorBytes !== undefined) return this.collectError(bytes);
		this.received += bytes.length;
		this.listener.onBytes(bytes, this.index);
	}

	onEnd(): void {
		if (this.isOver) return;
		if (this.status !== 200) return this.fail(this.refusal(Buffer.concat(this.errorBytes ?? [])));
		this.isOver = true;
		this.listener.onFinished(this.index);
	}

	onError(error: AppError): void {
		if (!this.isOver) this.fail(error);
	}

	private collectError(bytes: Buffer): void {
		this.errorBytes?.push(bytes);
		this.errorSize += bytes.length;
		if (this.errorSize > MAX_ERROR_BYTES) this.fail(this.refusal(Buffer.alloc(0)));
	}

	private refusal(body: Buffer): AppError {
		return errorOfUpstream(this.status, this.headers, body);
	}

	private fail(error: AppError): void {
		this.abort();
		this.listener.onFailed(error, this.index);
	}
}
