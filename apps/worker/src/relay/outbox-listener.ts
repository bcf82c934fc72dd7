import { Logger } from '@nestjs/common';
import { Client } from 'pg';

const RETRY_MS = 1_000;

/** Hears of new outbox rows, on a connection of its own that comes back by itself. What it misses, the poll finds. */
export class OutboxListener {
	private readonly logger = new Logger('Outbox');
	private client: Client | undefined;
	private retry: NodeJS.Timeout | undefined;
	private isStopped = false;

	constructor(
		private readonly url: string,
		private readonly heard: () => void,
	) {}

	start(): void {
		void this.connect();
	}

	async stop(): Promise<void> {
		this.isStopped = true;
		clearTimeout(this.retry);
		await this.client?.end().catch(() => undefined);
	}

	private async connect(): Promise<void> {
		const client = new Client({
			connectionString: this.url,
			application_name: 'parallama-worker-outbox',
			connectionTimeoutMillis: 2_000,
			keepAlive: true,
		});
		this.client = client;
		client.on('notification', () => this.heard());
		client.on('error', () => undefined); // 'end' follows
		client.once('end', () => this.again());
		try {
			await client.connect();
			await client.query('LISTEN outbox');
			this.heard(); // what came while nobody listened
		} catch (error) {
			this.logger.debug(`Not listening: ${String(error)}`);
			await client.end().catch(() => undefined);
			this.again();
		}
	}

	private again(): void {
		if (this.isStopped) return;
		clearTimeout(this.retry);
		this.retry = setTimeout(() => void this.connect(), RETRY_MS);
	}
}
