import { createHash } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import type { Frame } from './generation.js';
import type { Json } from './json.js';
import { imagesIn } from './images.js';

/** `finished`: all was handed over; `aborted`: the client left first; `reset`: the mock cut it, as told. */
export type CallState = 'open' | 'finished' | 'aborted' | 'reset';

/** What the upstream knows of one call: the truth that a ledger is compared with. Times are epoch milliseconds. */
export interface MockCall {
	readonly id: string;
	readonly method: string;
	readonly path: string;
	/** as the request named it, options included; '' where a request has none */
	readonly model: string;
	/** lower-case names; credentials appear only as `sha256:<12 hex digits>` */
	readonly headers: Readonly<Record<string, string>>;
	/** parsed; the text itself when it was not JSON */
	readonly body: unknown;
	/** SHA-256 in hex of each image that came, or its URL */
	readonly images: readonly string[];
	readonly startedAt: number;
	endedAt?: number;
	state: CallState;
	/** HTTP status of the answer; 0 until there is one */
	status: number;
	/** content chunks handed to the operating system; an answer that was not streamed counts all its chunks at once */
	sentChunks: number;
	sentTokens: number;
	/** the usage that was sent, in the dialect's spelling; of several reports each member as said last */
	usageSent: Json | null;
	abortedAt?: number;
	/** from the moment told by `tellAbort` to `abortedAt` */
	abortLatencyMs?: number;
}

const CREDENTIALS = new Set(['authorization', 'x-api-key', 'api-key', 'cookie', 'proxy-authorization']);

/** A name for a credential that does not give it away: equal for equal credentials, with or without `Bearer`. */
export function fingerprint(credential: string): string {
	const secret = credential.replace(/^bearer\s+/i, '');
	return `sha256:${createHash('sha256').update(secret).digest('hex').slice(0, 12)}`;
}

function safeHeaders(headers: IncomingHttpHeaders): Record<string, string> {
	const safe: Record<string, string> = {};
	for (const [name, value] of Object.entries(headers)) {
		const text = Array.isArray(value) ? value.join(', ') : (value ?? '');
		safe[name] = CREDENTIALS.has(name) ? fingerprint(text) : text;
	}
	return safe;
}

interface Waiter {
	readonly predicate: (call: MockCall) => boolean;
	readonly resolve: (call: MockCall) => void;
}

/** The log of truth: in memory, and line by line in a file where one is named. */
export class CallLog {
	readonly calls: MockCall[] = [];
	readonly #file: number | undefined;
	readonly #waiters = new Set<Waiter>();
	#syncDue = false;

	constructor(logFile?: string) {
		this.#file = logFile === undefined ? undefined : openSync(logFile, 'a');
	}

	start(request: {
		id: string;
		method: string;
		path: string;
		model: string;
		headers: IncomingHttpHeaders;
		body: unknown;
	}): MockCall {
		const call: MockCall = {
			...request,
			headers: safeHeaders(request.headers),
			images: imagesIn(request.body),
			startedAt: Date.now(),
			state: 'open',
			status: 0,
			sentChunks: 0,
			sentTokens: 0,
			usageSent: null,
		};
		this.calls.push(call);
		this.#append({ event: 'start', ...call });
		this.#changed(call);
		return call;
	}

	sent(call: MockCall, frame: Pick<Frame, 'kind' | 'tokens' | 'usage'>): void {
		if (frame.kind === 'content') call.sentChunks += 1;
		call.sentTokens += frame.tokens;
		if (frame.usage !== undefined) call.usageSent = { ...call.usageSent, ...frame.usage };
		this.#changed(call);
	}

	/** Only the first end counts. */
	end(call: MockCall, state: Exclude<CallState, 'open'>): void {
		if (call.state !== 'open') return;
		call.state = state;
		call.endedAt = Date.now();
		if (state === 'aborted') call.abortedAt = call.endedAt;
		const { body: _body, headers: _headers, ...rest } = call;
		this.#append({ event: 'end', ...rest });
		this.#changed(call);
	}

	/** Tells when the client of a call left, so that the latency of the abort is known. */
	tellAbort(id: string, at: number): MockCall {
		const call = this.calls.find((candidate) => candidate.id === id);
		if (call === undefined) throw new Error(`no call ${id}`);
		if (call.abortedAt !== undefined) {
			call.abortLatencyMs = Math.max(0, call.abortedAt - at);
			this.#append({ event: 'abort-told', id, at, abortLatencyMs: call.abortLatencyMs });
		}
		return call;
	}

	/** The first call, past or future, that fits. */
	async waitFor(predicate: (call: MockCall) => boolean, timeoutMs: number): Promise<MockCall> {
		const known = this.calls.find(predicate);
		if (known !== undefined) return known;
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => {
				this.#waiters.delete(waiter);
				reject(new Error(`no such call to the mock upstream within ${timeoutMs} ms (${this.calls.length} calls)`));
			}, timeoutMs);
			const waiter: Waiter = {
				predicate,
				resolve: (call) => {
					clearTimeout(timer);
					resolve(call);
				},
			};
			this.#waiters.add(waiter);
		});
	}

	close(): void {
		if (this.#file === undefined) return;
		fdatasyncSync(this.#file);
		closeSync(this.#file);
	}

	#changed(call: MockCall): void {
		for (const waiter of this.#waiters) {
			if (!waiter.predicate(call)) continue;
			this.#waiters.delete(waiter);
			waiter.resolve(call);
		}
	}

	/** The line is written at once, so a killed process loses none; one sync covers all lines of a turn of the event loop. */
	#append(line: object): void {
		const file = this.#file;
		if (file === undefined) return;
		writeSync(file, `${JSON.stringify(line)}\n`);
		if (this.#syncDue) return;
		this.#syncDue = true;
		setImmediate(() => {
			this.#syncDue = false;
			try {
				fdatasyncSync(file);
			} catch {
				// closed meanwhile: close() has synced it
			}
		});
	}
}
