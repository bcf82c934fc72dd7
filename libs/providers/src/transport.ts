import type { Readable } from 'node:stream';
import type { AppError } from '#libs/kernel';

export interface UpstreamRequest {
	readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
	/** With the base path of the provider. */
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
	/** A stream is sent at the upstream's pace, with the `content-length` of `headers` or in chunks. */
	readonly body: Buffer | Readable | undefined;
	/** Other than the provider's, for this model. */
	readonly timeouts?: CallTimeouts | undefined;
}

/** Milliseconds; `undefined`: the provider's. */
export interface CallTimeouts {
	readonly firstByteMs: number | undefined;
	readonly idleMs: number | undefined;
}

/** Called in order: head, data*, then end or error, exactly one of the two. After `abort` nothing more is called. */
export interface UpstreamHandler {
	onHead(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void;
	onData(bytes: Buffer): void;
	onEnd(): void;
	onError(error: AppError): void;
}

export interface UpstreamCall {
	/** Stops reading, so that the upstream feels the client's pace. */
	pause(): void;
	resume(): void;
	abort(): void;
}

/** A way to reach an upstream: over the network, or inside this process (echo). */
export abstract class Transport {
	abstract send(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall;
	abstract close(): void;
}
