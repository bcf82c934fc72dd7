import type { Principal } from '#libs/access';
import type { AppError } from '#libs/kernel';
import type { CallOutcome } from '#libs/metering';
import type { Plan, Route } from '#libs/providers';
import type { ClientOperation } from '../dialects/client-operation.js';
import type { ScannedJson } from '../json/scan-json.js';

/** One request of a client, read and authenticated. */
export interface InboundCall {
	readonly principal: Principal;
	readonly requestId: string;
	readonly operation: ClientOperation;
	/** Headers of the client for an upstream of the same protocol. */
	readonly forwarded: Readonly<Record<string, string>>;
	/** The model the client named. */
	readonly alias: string;
	readonly isStreamed: boolean;
	readonly body: Buffer;
	readonly scanned: ScannedJson;
	/** Monotonic milliseconds at which the body was there. */
	readonly receivedAt: number;
}

/** A call under way, for who began it. */
export interface CallInHand {
	/**
	 * Nobody wants the rest: the upstream is let go at once, whatever is set for clients that leave, and the call is booked
	 * as interrupted by `code`. Without effect once it is over.
	 */
	release(code: string): void;
}

/** The client's side of a call. The api implements it on the raw reply. */
export interface Downstream {
	start(status: number, headers: Readonly<Record<string, string>>): void;
	/** Returns false when the client does not keep up: wait for drain. */
	write(bytes: Buffer | string): boolean;
	end(bytes?: Buffer | string): void;
	/** A whole error answer in the client's dialect; only before `start`. */
	fail(error: AppError): void;
	/** Drops the connection. */
	destroy(): void;
	/** The client left before the answer ended. */
	onGone(listener: () => void): void;
	onDrain(listener: () => void): void;
}

/**
 * What may look at a call before it goes out and after it is over: guardrails, limits of content, caches. `before` refuses
 * by throwing an AppError; nothing has been reserved or sent then.
 */
export interface CallPolicy {
	before?(call: InboundCall, plan: Plan): void | Promise<void>;
	after?(call: InboundCall, route: Route, outcome: CallOutcome): void;
}
