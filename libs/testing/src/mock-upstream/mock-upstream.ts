import {
	createServer,
	type IncomingHttpHeaders,
	type IncomingMessage,
	type Server,
	type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Behaviour, type BehaviourInput, mergeBehaviour, splitModel } from './behaviour.js';
import { CallLog, type MockCall } from './call-log.js';
import { answerTo, dialectOf, errorBodyFor } from './endpoints.js';
import { Exchange, Gone } from './exchange.js';
import { asObject, asString } from './json.js';

/** A request as the behaviour hook sees it. */
export interface MockRequest {
	readonly method: string;
	/** without the query */
	readonly path: string;
	/** in full, options included */
	readonly model: string;
	readonly headers: IncomingHttpHeaders;
	/** parsed; the text itself when it was not JSON */
	readonly body: unknown;
}

export type BehaviourHook = (request: MockRequest) => BehaviourInput | Promise<BehaviourInput>;

export interface MockUpstreamOptions {
	/** listed and answered; others are 404, as on the real servers. Default: mock, mock-embed */
	readonly models?: readonly string[];
	/** answer every model name */
	readonly anyModel?: boolean;
	/** the behaviour of every call unless the call says otherwise */
	readonly behaviour?: BehaviourInput;
	/** refuse calls that do not bring this credential */
	readonly apiKey?: string;
	/** append-only, synced JSON lines: `start` and `end` of every call */
	readonly logFile?: string;
	/** default 0: a free one */
	readonly port?: number;
	/** start of every call's id; default 'mock' */
	readonly idPrefix?: string;
}

const readBody = async (request: IncomingMessage): Promise<string> => {
	const parts: Buffer[] = [];
	for await (const part of request) parts.push(part as Buffer);
	return Buffer.concat(parts).toString('utf8');
};

function parseJson(text: string): unknown {
	try {
		return text === '' ? {} : JSON.parse(text);
	} catch {
		return text;
	}
}

const header = (request: IncomingMessage, name: string): string | undefined => {
	const value = request.headers[name];
	return Array.isArray(value) ? value.join(',') : value;
};

/**
 * An upstream that speaks the OpenAI, Ollama and Anthropic protocols over real HTTP, does to each call what its model name
 * (`mock:chunks=3,reset_at=2`), its `x-mock` header or the hook asks for, and keeps a log of what it truly sent.
 */
export class MockUpstream {
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();
	readonly #log: CallLog;
	readonly #options: MockUpstreamOptions;
	readonly #seen = new Map<string, number>();
	#hook: BehaviourHook | undefined;
	#count = 0;

	constructor(options: MockUpstreamOptions) {
		this.#options = options;
		this.#log = new CallLog(options.logFile);
		this.#server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (request, response) => {
			void this.#serve(request, response);
		});
		this.#server.on('connection', (socket) => {
			this.#sockets.add(socket);
			socket.once('close', () => this.#sockets.delete(socket));
		});
	}

	/** Every call so far, oldest first. */
	get calls(): readonly MockCall[] {
		return this.#log.calls;
	}

	get openSockets(): number {
		return this.#sockets.size;
	}

	get port(): number {
		return (this.#server.address() as AddressInfo).port;
	}

	/** Base URL without a path: `http://127.0.0.1:<port>`. */
	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	get models(): readonly string[] {
		return this.#options.models ?? ['mock', 'mock-embed'];
	}

	/** Decides from now on, over model name and header; without an argument they decide again. */
	behave(hook?: BehaviourHook): void {
		this.#hook = hook;
	}

	/** The first call, past or future, that fits; rejects after `timeoutMs`. */
	async waitForCall(predicate: (call: MockCall) => boolean, timeoutMs = 5_000): Promise<MockCall> {
		return this.#log.waitFor(predicate, timeoutMs);
	}

	/** Tells when a client left (epoch milliseconds); the call, once aborted, then knows its `abortLatencyMs`. */
	tellAbort(callId: string, at: number): MockCall {
		return this.#log.tellAbort(callId, at);
	}

	/** Forgets all calls. */
	clear(): void {
		this.#log.calls.length = 0;
		this.#seen.clear();
	}

	async listen(): Promise<this> {
		await new Promise<void>((resolve, reject) => {
			this.#server.once('error', reject);
			this.#server.listen(this.#options.port ?? 0, '127.0.0.1', resolve);
		});
		return this;
	}

	/** Ends everything at once, open streams included. */
	async close(): Promise<void> {
		const closed = new Promise<void>((resolve) => {
			this.#server.close(() => resolve());
		});
		for (const socket of this.#sockets) socket.destroy();
		await closed;
		this.#log.close();
	}

	async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		try {
			const text = await readBody(request);
			const exchange = this.#begin(request, response, parseJson(text));
			await this.#answer(exchange);
		} catch (error) {
			if (error instanceof Gone || response.destroyed || response.headersSent) return;
			const body = JSON.stringify({ error: error instanceof Error ? error.message : String(error) });
			response.writeHead(500, { 'content-type': 'application/json' }).end(body);
		}
	}

	#begin(request: IncomingMessage, response: ServerResponse, body: unknown): Exchange {
		this.#count += 1;
		const id = `${this.#options.idPrefix ?? 'mock'}-${String(this.#count).padStart(6, '0')}`;
		response.setHeader('x-request-id', `req_${id}`);
		response.setHeader('request-id', `req_${id}`);
		const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
		const model = asString(asObject(body).model) || asString(asObject(body).name);
		const { method = 'GET', headers } = request;
		return new Exchange(request, response, this.#log, this.#log.start({ id, method, path, model, headers, body }));
	}

	async #answer(exchange: Exchange): Promise<void> {
		const { call, request } = exchange;
		const dialect = dialectOf(call.path, request.headers);
		const refuse = async (status: number, message: string): Promise<void> =>
			exchange.json(status, errorBodyFor(dialect, { status, message, requestId: `req_${call.id}` }));
		let behaviour: Behaviour;
		try {
			behaviour = await this.#behaviourOf(exchange);
		} catch (error) {
			return refuse(400, (error as Error).message);
		}
		if (!this.#hasKey(request)) return refuse(401, 'Incorrect API key provided.');
		await answerTo({
			exchange,
			dialect,
			behaviour,
			models: this.models,
			anyModel: this.#options.anyModel ?? false,
			refuse,
		});
	}

	async #behaviourOf(exchange: Exchange): Promise<Behaviour> {
		const { call, request } = exchange;
		const { options } = splitModel(call.model);
		const { method, path, model, body } = call;
		const hooked = await this.#hook?.({ method, path, model, headers: request.headers, body });
		const behaviour = mergeBehaviour(this.#options.behaviour, options, header(request, 'x-mock'), hooked);
		const calls = (this.#seen.get(call.model) ?? 0) + 1;
		this.#seen.set(call.model, calls);
		const recovered = behaviour.failFirst > 0 && calls > behaviour.failFirst;
		return recovered ? { ...behaviour, status: 0 } : behaviour;
	}

	#hasKey(request: IncomingMessage): boolean {
		const key = this.#options.apiKey;
		if (key === undefined) return true;
		return header(request, 'authorization') === `Bearer ${key}` || header(request, 'x-api-key') === key;
	}
}

/** Starts a {@link MockUpstream} on 127.0.0.1. */
export async function startMockUpstream(options: MockUpstreamOptions = {}): Promise<MockUpstream> {
	return new MockUpstream(options).listen();
}
