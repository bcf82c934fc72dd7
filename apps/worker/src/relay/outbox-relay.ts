import { Injectable, Logger } from '@nestjs/common';
import { Config } from '#libs/config';
import { UnitOfWork } from '#libs/database';
import { type ClaimedJob, OutboxRepository } from '#libs/jobs';
import { systemScope } from '#libs/kernel';
import { JobQueues } from './job-queues.js';
import { OutboxListener } from './outbox-listener.js';

const POLL_MS = 1_000;
const BATCH = 100;
const VISIBILITY_MS = 60_000;
const SCHEDULES_EVERY_MS = 60_000;

/**
 * Carries jobs from the outbox to their queues. A row stays pending until its handler has finished and is offered again
 * after a minute, so a Redis that forgot everything delays jobs and loses none. Every worker runs one: rows are claimed.
 */
@Injectable()
export class OutboxRelay {
	private readonly logger = new Logger('Outbox');
	private readonly listener: OutboxListener;
	private loop: Promise<void> | undefined;
	private isStopped = false;
	private wake: () => void = () => undefined;
	private isWoken = false;
	private schedulesAreDueAt = 0;

	constructor(
		config: Config,
		private readonly work: UnitOfWork,
		private readonly outbox: OutboxRepository,
		private readonly queues: JobQueues,
	) {
		this.listener = new OutboxListener(config.database.DATABASE_WORKER_URL ?? '', () => this.now());
	}

	start(): void {
		this.queues.onReachable(() => {
			this.schedulesAreDueAt = 0;
			this.now();
		});
		this.listener.start();
		this.loop = this.run();
	}

	async stop(): Promise<void> {
		this.isStopped = true;
		this.now();
		await this.listener.stop();
		await this.loop;
		await this.queues.close();
	}

	/** Hands over everything that is due. Returns how many jobs that were. */
	async pass(): Promise<number> {
		let carried = 0;
		while (this.queues.areReachable) {
			const due = await this.outbox.claim(BATCH, VISIBILITY_MS);
			await Promise.all(due.map((job) => this.carry(job)));
			carried += due.length;
			if (due.length < BATCH) break;
		}
		return carried;
	}

	private async run(): Promise<void> {
		let isTroubled = false;
		while (!this.isStopped) {
			try {
				await this.assertSchedules();
				await this.pass();
				isTroubled = false;
			} catch (error) {
				if (!isTroubled) this.logger.warn(`The relay could not do its round: ${String(error)}`);
				isTroubled = true;
			}
			await this.pause();
		}
	}

	private async carry(job: ClaimedJob): Promise<void> {
		try {
			await this.queues.put(job);
		} catch (error) {
			this.logger.warn(`${job.job} ${job.id} could not be handed over: ${String(error)}`);
			// a job that no contract knows waits out its minute, for a newer worker to claim it
			if (!this.queues.areReachable)
				await this.work.run(systemScope(job.organizationId, 'relay', job.id), (tenant) =>
					this.outbox.release(tenant, job.id),
				);
		}
	}

	private async assertSchedules(): Promise<void> {
		if (!this.queues.areReachable || performance.now() < this.schedulesAreDueAt) return;
		await this.queues.assertSchedules();
		this.schedulesAreDueAt = performance.now() + SCHEDULES_EVERY_MS;
	}

	private now(): void {
		this.isWoken = true;
		this.wake();
	}

	/** Until something is heard, at most one poll interval. */
	private async pause(): Promise<void> {
		if (!this.isWoken && !this.isStopped)
			await new Promise<void>((resolve) => {
				const timer = setTimeout(resolve, POLL_MS);
				this.wake = () => {
					clearTimeout(timer);
					resolve();
				};
			});
		this.isWoken = false;
	}
}
