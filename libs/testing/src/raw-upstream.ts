import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** What one request gets, byte by byte as written here: status line, headers and framing included. */
export interface RawAnswer {
	/** each in a write of its own */
	readonly pieces: readonly (Buffer | string)[];
	/** keep: the connection stays for the next request; fin: it ends; hang: nothing more comes */
	readonly ending: 'keep' | 'fin' | 'hang';
	/** writes more, at the pace of the socket */
	readonly pour?: (socket: Socket) => void;
}

export interface RawRequest {
	readonly method: string;
	readonly path: string;
	readonly body: Record<string, unknown>;
}

/** An HTTP answer with a length. */
export function plainAnswer(body: Buffer | string, type = 'application/json', status = 200): Buffer {
	const bytes = Buffer.from(body as string);
	const head = `HTTP/1.1 ${status} X\r\ncontent-type: ${type}\r\ncontent-length: ${bytes.length}\r\n\r\n`;
	return Buffer.concat([Buffer.from(head), bytes]);
}

/** The head of an HTTP answer in chunks. */
export const streamHead = (type: string): string =>
	`HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ntransfer-encoding: chunked\r\n\r\n`;

/** One HTTP chunk; without bytes: the last. */
export function streamChunk(bytes: Buffer | string = ''): Buffer {
	const body = Buffer.from(bytes as string);
	return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')]);
}

/**
 * An upstream on bare sockets: it lists its models like a real one and answers calls with exactly the bytes it is told, so
 * that no HTTP library mends them.
 */
export class RawUpstream {
	/** Calls so far, lists of models not counted. */
	readonly calls: RawRequest[] = [];
	answer: (request: RawRequest) => RawAnswer = () => ({ pieces: [], ending: 'fin' });
	private readonly sockets = new Set<Socket>();
	private readonly hung = new Set<Socket>();

	private constructor(
		private readonly server: Server,
		private readonly models: readonly string[],
	) {
		server.on('connection', (socket) => {
			this.sockets.add(socket);
			socket.on('close', () => {
				this.sockets.delete(socket);
				this.hung.delete(socket);
			});
			socket.on('error', () => undefined);
			let received = Buffer.alloc(0);
			socket.on('data', (bytes) => {
				received = this.read(socket, Buffer.concat([received, bytes]));
			});
		});
	}

	static async start(models: readonly string[]): Promise<RawUpstream> {
		const upstream = new RawUpstream(createServer(), models);
		await new Promise<void>((resolve) => upstream.server.listen(0, '127.0.0.1', resolve));
		return upstream;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	/** Connections whose answer hangs, and whose client is still there. */
	get hanging(): number {
		return this.hung.size;
	}

	/** RST on every connection. What was sent should have arrived: a reset takes unread bytes with it. */
	reset(): void {
		for (const socket of this.sockets) socket.resetAndDestroy();
	}

	async close(): Promise<void> {
		for (const socket of this.sockets) socket.destroy();
		await new Promise((resolve) => this.server.close(resolve));
	}

	/** Answers every whole request in `received`; returns the rest. */
	private read(socket: Socket, received: Buffer): Buffer<ArrayBuffer> {
		let rest = Buffer.from(received);
		for (let end = rest.indexOf('\r\n\r\n'); end !== -1; end = rest.indexOf('\r\n\r\n')) {
			const head = rest.toString('latin1', 0, end);
			const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
			if (rest.length < end + 4 + length) break;
			const body = rest.toString('utf8', end + 4, end + 4 + length);
			const [method = '', path = ''] = head.split(' ', 2);
			this.serve(socket, { method, path, body: body === '' ? {} : (JSON.parse(body) as Record<string, unknown>) });
			rest = rest.subarray(end + 4 + length);
		}
		return rest;
	}

	private serve(socket: Socket, request: RawRequest): void {
		if (request.method === 'GET') {
			socket.write(plainAnswer(JSON.stringify(this.list(request.path))));
			return;
		}
		this.calls.push(request);
		const { pieces, ending, pour } = this.answer(request);
		for (const piece of pieces) socket.write(piece);
		pour?.(socket);
		if (ending === 'hang') this.hung.add(socket);
		if (ending === 'fin') socket.end();
	}

	private list(path: string): object {
		const data = this.models.map((id) => ({ id, object: 'model', type: 'model', created: 0, display_name: id }));
		if (path === '/api/tags') return { models: this.models.map((name) => ({ name, model: name })) };
		return { object: 'list', data, has_more: false, first_id: null, last_id: null };
	}
}
