import { Injectable, Logger } from '@nestjs/common';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { Config } from '#libs/config';
import { Metrics } from '#libs/telemetry';
import { HandlerRegistry, type Registered } from './handler-registry.js';
import { JobProcessor } from './job-processor.js';
import { takingConnection } from './queue-connection.js';
import { waitedMs } from './job-waits.js';
import { isWorthRetrying } from './retries.js';

const LAST_WORDS_MS = 2_000; // to say what became of the last jobs; without Redis BullMQ would wait for ever
const CONCURRENCY = 8;
const MOST_STALLS = 10; // a job whose worker was killed runs again, but not for ever
const SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];

/** Takes jobs from their queues and has them done. */
@Injectable()
export class JobRunner {
	private readonly logger = new Logger('Jobs');
	private readonly workers: Worker[] = [];
	private readonly connections: Redis[] = [];
	private readonly running = new Set<Promise<void>>();
	private readonly durations;
	private readonly waits;
	private readonly givenUp;
	private registered: ReadonlyMap<string, Registered> = new Map();

	constructor(
		private readonly config: Config,
		private readonly registry: HandlerRegistry,
		private readonly processor: JobProcessor,
		metrics: Metrics,
	) {
		this.durations = metrics.histogram(
			'parallama_job_duration_seconds',
			'Time that an attempt at a job took',
			['queue', 'job_name', 'outcome'],
			SECONDS,
		);
		this.waits = metrics.histogram(
			'parallama_job_wait_seconds',
			'From the moment a job may begin to its first attempt',
			['queue', 'job_name'],
			SECONDS,
		);
		this.givenUp = metrics.counter('parallama_jobs_given_up_total', 'Jobs that failed for good', ['queue', 'job_name']);
	}

	/** Finds every contract's handler. @throws Error when one has none or several. */
	load(): void {
		this.registered = this.registry.load();
	}

	/** Begins to take jobs. */
	start(): void {
		const queues = new Set([...this.registered.values()].map(({ contract }) => contract.queue));
		for (const queue of queues) this.workers.push(this.bind(queue));
	}

	/** Takes no more jobs and waits for running ones, at most `limitMs`; those that remain run again elsewhere. */
	async stop(limitMs: number): Promise<boolean> {
		const closed = Promise.all(this.workers.map((worker) => worker.close()));
		const isDone = await within(Promise.allSettled(this.running), limitMs);
		if (!isDone) this.logger.error(`Jobs still run after ${limitMs} ms: they are left to the next worker`);
		else await within(closed, LAST_WORDS_MS);
		for (const connection of this.connections) connection.disconnect();
		return isDone;
	}

	private bind(queue: string): Worker {
		const connection = takingConnection(this.config.redis.REDIS_URL);
		this.connections.push(connection);
		const worker = new Worker(queue, (job) => this.tracked(this.run(job)), {
			connection,
			concurrency: CONCURRENCY,
			maxStalledCount: MOST_STALLS,
			runRetryDelay: 1_000,
		});
		worker.on('failed', (job, error) => void this.failed(job, error));
		worker.on('error', (error) => this.logger.debug(`queue ${queue}: ${error.message}`));
		return worker;
	}

	private async tracked(work: Promise<void>): Promise<void> {
		this.running.add(work);
		try {
			await work;
		} finally {
			this.running.delete(work);
		}
	}

	private async run(job: Job): Promise<void> {
		const started = performance.now();
		const labels = { queue: job.queueName, job_name: job.name };
		if (job.attemptsMade === 0) this.waits.observe(labels, waitedMs(job) / 1_000);
		let outcome = 'failed';
		try {
			const registered = this.registered.get(job.name);
			if (registered === undefined) throw new Error(`No contract is named ${job.name}: it needs a newer worker`);
			await this.processor.process(registered, job.id as string, job.data);
			outcome = 'done';
		} catch (error) {
			if (isWorthRetrying(error)) throw error;
			throw new UnrecoverableError(error instanceof Error ? error.message : String(error));
		} finally {
			const milliseconds = performance.now() - started;
			this.durations.observe({ ...labels, outcome }, milliseconds / 1_000);
			this.logger.debug(`${job.name} ${job.id} ${outcome} in ${Math.round(milliseconds)} ms`);
		}
	}

	private async failed(job: Job | undefined, error: Error): Promise<void> {
		if (job === undefined) return;
		const isOver = error instanceof UnrecoverableError || job.attemptsMade >= (job.opts.attempts ?? 1);
		if (!isOver) {
			this.logger.warn(`${job.name} ${job.id} failed and is tried again: ${error.message}`);
			return;
		}
		this.givenUp.inc({ queue: job.queueName, job_name: job.name });
		try {
			await this.processor.giveUp(job.name, job.id as string, job.data, error);
		} catch (cause) {
			// the row stays pending: the job is offered again, and given up then
			this.logger.error(`${job.name} ${job.id}: its failure could not be recorded: ${String(cause)}`);
		}
	}
}

async function within(event: Promise<unknown>, limitMs: number): Promise<boolean> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<false>((resolve) => {
		timer = setTimeout(() => resolve(false), limitMs);
	});
	const isInTime = await Promise.race([event.then(() => true as const), late]);
	clearTimeout(timer);
	return isInTime;
}
