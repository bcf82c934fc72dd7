import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A wire to a server that a test can hang (bytes wait) or cut (connections die, none is accepted). */
export class TcpProxy {
	private readonly pairs = new Set<readonly [Socket, Socket]>();
	private readonly server: Server;
	private state: 'passing' | 'hanging' | 'cut' = 'passing';

	private constructor(target: URL) {
		this.server = createServer((client) => {
			if (this.state === 'cut') {
				client.destroy();
				return;
			}
			const upstream = connect(Number(target.port), target.hostname);
			const pair = [client, upstream] as const;
			this.pairs.add(pair);
			for (const [from, to] of [pair, pair.toReversed() as [Socket, Socket]]) {
				from.on('data', (bytes) => to.write(bytes));
				from.on('error', () => undefined);
				from.on('close', () => {
					to.destroy();
					this.pairs.delete(pair);
				});
				if (this.state === 'hanging') from.pause();
			}
		});
	}

	/** `url` with the proxy in place of its host and port. */
	static async to(url: string): Promise<{ proxy: TcpProxy; url: string }> {
		const proxy = new TcpProxy(new URL(url));
		await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
		const through = new URL(url);
		through.host = `127.0.0.1:${(proxy.server.address() as AddressInfo).port}`;
		return { proxy, url: through.href };
	}

	/** How many pass through it now. */
	get connections(): number {
		return this.pairs.size;
	}

	hang(): void {
		this.state = 'hanging';
		for (const pair of this.pairs) for (const socket of pair) socket.pause();
	}

	/** Lets what waited through. */
	pass(): void {
		this.state = 'passing';
		for (const pair of this.pairs) for (const socket of pair) socket.resume();
	}

	cut(): void {
		this.state = 'cut';
		for (const pair of this.pairs) for (const socket of pair) socket.destroy();
	}

	async close(): Promise<void> {
		this.cut();
		await new Promise((resolve) => this.server.close(resolve));
	}
}
