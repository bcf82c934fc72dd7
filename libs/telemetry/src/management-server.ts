import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics.js';
import type { Readiness } from './readiness.js';

export interface ManagementAddress {
	readonly host: string;
	/** 0 takes a free one. */
	readonly port: number;
}

/**
 * Probes and metrics on a port of their own: `/livez` touches nothing, `/readyz` is 503 only while booting or draining,
 * `/metrics` is Prometheus's text.
 */
export class ManagementServer {
	private readonly server: Server;

	constructor(
		private readonly readiness: Readiness,
		private readonly metrics: Metrics,
	) {
		metrics.gauge(
			'parallama_dependency_up',
			'Whether a dependency answers this process',
			['dependency'],
			async (gauge) => {
				const checks = Object.entries(await readiness.checks());
				for (const [dependency, result] of checks) gauge.set({ dependency }, result === 'up' ? 1 : 0);
			},
		);
		metrics.gauge('parallama_ready', 'Whether this process takes work', [], (gauge) =>
			gauge.set(readiness.phase === 'ready' ? 1 : 0),
		);
		this.server = createServer((request, response) => {
			this.answer(request.url?.split('?')[0], response).catch(() => response.destroy());
		});
		this.server.keepAliveTimeout = 5_000;
	}

	/** Returns the port. */
	async listen({ host, port }: ManagementAddress): Promise<number> {
		await new Promise<void>((resolve, reject) => {
			this.server.once('error', reject);
			this.server.listen(port, host, () => {
				this.server.off('error', reject);
				resolve();
			});
		});
		return (this.server.address() as AddressInfo).port;
	}

	async close(): Promise<void> {
		const closed = new Promise<void>((resolve) => {
			this.server.close(() => resolve());
		});
		this.server.closeAllConnections();
		await closed;
	}

	private async answer(path: string | undefined, response: ServerResponse): Promise<void> {
		if (path === '/livez') return send(response, 200, JSON.stringify({ status: 'alive' }));
		if (path === '/readyz') {
			const report = await this.readiness.report();
			const isReady = report.status === 'ready' || report.status === 'degraded';
			return send(response, isReady ? 200 : 503, JSON.stringify(report));
		}
		if (path === '/metrics') return send(response, 200, await this.metrics.text(), this.metrics.contentType);
		send(response, 404, JSON.stringify({ error: 'not_found' }));
	}
}

function send(response: ServerResponse, status: number, body: string, type = 'application/json'): void {
	response.writeHead(status, {
		'content-type': type,
		'content-length': Buffer.byteLength(body),
		'cache-control': 'no-store',
	});
	response.end(body);
}
