import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
	readonly method: string;
	readonly path: string;
	readonly body: string;
	/** Bytes that have come so far. */
	bytes: number;
	isAborted: boolean;
}

/** An Ollama server as far as its models can be changed. `progress` is what a pull, push or create says, line by line. */
export class OllamaServer {
	readonly seen: SeenRequest[] = [];
	readonly models = new Set<string>();
	readonly blobs = new Map<string, number>();
	progress: readonly object[] = [
		{ status: 'pulling manifest' },
		{ status: 'pulling aa', digest: 'sha256:aa', total: 10, completed: 5 },
		{ status: 'success' },
	];
	/** Waited for after the first line of progress. */
	gate: Promise<void> = Promise.resolve();
	private readonly server: Server;

	private constructor() {
		this.server = createServer((request, response) => void this.answer(request, response));
	}

	static async start(): Promise<OllamaServer> {
		const server = new OllamaServer();
		server.server.listen(0, '127.0.0.1');
		await once(server.server, 'listening');
		return server;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	/** Requests that change something. */
	get changes(): readonly SeenRequest[] {
		return this.seen.filter(({ path }) => path !== '/api/tags' && path !== '/api/show' && path !== '/api/ps');
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		this.server.close();
		await once(this.server, 'close');
	}

	private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { method = '', url: path = '' } = request;
		const seen = { method, path, body: '', bytes: 0, isAborted: false };
		this.seen.push(seen);
		response.once('close', () => (seen.isAborted = !response.writableFinished));
		const hash = createHash('sha256');
		const pieces: Buffer[] = [];
		try {
			for await (const piece of request as AsyncIterable<Buffer>) {
				seen.bytes += piece.length;
				hash.update(piece);
				if (seen.bytes < 100_000) pieces.push(piece);
			}
		} catch {
			return; // the client left
		}
		seen.body = Buffer.concat(pieces).toString();
		if (path.startsWith('/api/blobs/')) return this.blob(seen, `sha256:${hash.digest('hex')}`, response);
		if (path === '/api/tags') return this.tags(response);
		const body = JSON.parse(seen.body) as Record<string, string>;
		const model = body.model ?? body.name ?? '';
		if (path === '/api/delete') response.statusCode = this.models.delete(model) ? 200 : 404;
		if (path === '/api/copy') this.models.add(body.destination ?? '');
		if (path === '/api/delete' || path === '/api/copy')
			return void response.end(response.statusCode === 404 ? `{"error":"model '${model}' not found"}` : undefined);
		await this.report(model, (body as { stream?: unknown }).stream === false, response);
	}

	private async report(model: string, isAtOnce: boolean, response: ServerResponse): Promise<void> {
		if (isAtOnce) {
			this.models.add(model);
			return void response.setHeader('content-type', 'application/json').end(JSON.stringify(this.progress.at(-1)));
		}
		response.writeHead(200, { 'content-type': 'application/x-ndjson' });
		for (const [at, line] of this.progress.entries()) {
			if (at === 1) await this.gate;
			response.write(`${JSON.stringify(line)}\n`);
		}
		this.models.add(model);
		response.end();
	}

	private tags(response: ServerResponse): void {
		const models = [...this.models].map((name) => ({
			name,
			model: name,
			modified_at: '2026-01-01T00:00:00Z',
			size: 1,
		}));
		response.setHeader('content-type', 'application/json').end(JSON.stringify({ models }));
	}

	private blob({ method, path, bytes }: SeenRequest, digest: string, response: ServerResponse): void {
		const named = path.slice('/api/blobs/'.length);
		if (method === 'POST' && named !== digest) return void response.writeHead(400).end('{"error":"digest mismatch"}');
		if (method === 'POST') this.blobs.set(named, bytes);
		response.writeHead(method === 'POST' ? 201 : this.blobs.has(named) ? 200 : 404).end();
	}
}
