import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import type { Product } from '../../tools/chaos/product.mjs';

/** Models of the mock upstream; what stands behind the colon says how it behaves. */
export const GOOD = 'good';
export const FREE = 'free';
export const FAILING = 'failing:status=500';
export const LATE = 'late:first_chunk_ms=5400';
export const models = [GOOD, FREE, FAILING, LATE];

/** Causes what the alerts are for, in a running installation. */
export class Faults {
	constructor(private readonly product: Product) {}

	/** Calls of a model, all at once; their statuses, each once. */
	async calls(model: string, count: number): Promise<readonly number[]> {
		const call = async (): Promise<number> => {
			const answer = await fetch(`${this.product.url}/openai/v1/chat/completions`, {
				method: 'POST',
				headers: { authorization: `Bearer ${this.product.apiKey}` },
				body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'Count to ten.' }] }),
			});
			await answer.text();
			return answer.status;
		};
		const statuses = await Promise.all(Array.from({ length: count }, () => call().catch(() => 0)));
		return [...new Set(statuses)];
	}

	/** Requests of the platform API. */
	async requests(count: number): Promise<void> {
		await Promise.allSettled(Array.from({ length: count }, async () => (await this.api('GET', 'projects')).text()));
	}

	api(method: string, path: string, body?: object): Promise<Response> {
		return fetch(`${this.product.url}/api/v1/${path}`, {
			method,
			headers: { authorization: `Bearer ${this.product.apiKey}`, 'content-type': 'application/json' },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
	}

	/** As the owner. */
	async sql(statement: string): Promise<void> {
		const client = new Client(this.product.stores.ownerUrl);
		await client.connect();
		await client.query(statement);
		await client.end();
	}

	/** Holds a table against everybody while `work` runs. */
	async locked<T>(table: string, work: () => Promise<T>): Promise<T> {
		const client = new Client(this.product.stores.ownerUrl);
		await client.connect();
		await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
		try {
			return await work();
		} finally {
			await client.end();
		}
	}

	/** Redis takes no command for so long. */
	async redisHangs(milliseconds: number): Promise<void> {
		const redis = new Redis(this.product.stores.redisUrl);
		await redis.client('PAUSE', milliseconds, 'ALL');
		redis.disconnect();
	}

	/** The api gets no time to run for so long. */
	async apiFreezes(milliseconds: number): Promise<void> {
		process.kill(this.product.api.pid, 'SIGSTOP');
		await new Promise((resolve) => {
			setTimeout(resolve, milliseconds);
		});
		process.kill(this.product.api.pid, 'SIGCONT');
	}

	/** A job that no worker knows how to do. */
	async impossibleJob(): Promise<void> {
		await this.onQueue('mail', (queue) => queue.add('no.such-job', {}, { removeOnFail: true }));
	}

	/** A job that has waited for ten minutes in a queue that nobody serves. */
	async stuckJob(): Promise<void> {
		await this.onQueue('usage', async (queue) => {
			await queue.pause();
			await queue.add('no.such-job', {}, { timestamp: Date.now() - 600_000, removeOnFail: true });
		});
	}

	async freeQueue(): Promise<void> {
		await this.onQueue('usage', (queue) => queue.resume());
	}

	private async onQueue(name: string, work: (queue: Queue) => Promise<unknown>): Promise<void> {
		const connection = new Redis(this.product.stores.redisUrl, { maxRetriesPerRequest: null });
		const queue = new Queue(name, { connection });
		await work(queue);
		await queue.close();
		connection.disconnect();
	}
}
