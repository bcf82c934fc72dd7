import { getQueueToken } from '@nestjs/bullmq';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { Config } from '#libs/config';
import { type ClaimedJob, type JobContract, jobContracts, scheduledJobs } from '#libs/jobs';
import { waitedMs } from '../runner/job-waits.js';
import { messageOf, optionsOf, scheduledMessage } from '../runner/job-message.js';
import { QueueConnection } from './queue-connection.module.js';

/** How a queue stands. */
export interface QueueDepth {
	readonly queue: string;
	/** By state, as BullMQ names them. */
	readonly counts: Readonly<Record<string, number>>;
	/** Milliseconds. */
	readonly oldestMs: number;
}

/** The putting side of the queues. */
@Injectable()
export class JobQueues implements OnModuleInit {
	private readonly connection: Redis;
	private queues: ReadonlyMap<string, Queue> = new Map();
	private readonly contracts: ReadonlyMap<string, JobContract>;

	constructor(
		private readonly config: Config,
		private readonly modules: ModuleRef,
		{ redis }: QueueConnection,
	) {
		this.connection = redis;
		this.contracts = new Map(jobContracts.map((contract) => [contract.name, contract]));
	}

	/** Not in the constructor: the queues are made by then, whatever the order of the modules. */
	onModuleInit(): void {
		const names = [...new Set(jobContracts.map(({ queue }) => queue))];
		this.queues = new Map(names.map((name) => [name, this.modules.get<Queue>(getQueueToken(name), { strict: false })]));
		for (const queue of this.queues.values()) queue.on('error', () => undefined); // whoever puts sees the failure
	}

	get areReachable(): boolean {
		return this.connection.status === 'ready';
	}

	/** Called after each (re)connect: Redis may have forgotten everything. */
	onReachable(listener: () => void): void {
		this.connection.on('ready', listener);
		if (this.areReachable) listener();
	}

	/** A job that is there already is not put twice: its id is the outbox row's. Rejects while Redis is away. */
	async put(job: ClaimedJob): Promise<void> {
		const contract = this.contracts.get(job.job);
		if (contract === undefined) throw new Error(`No contract is named ${job.job}: it needs a newer worker`);
		await this.queueOf(contract).add(job.job, messageOf(job), { ...optionsOf(contract), jobId: job.id });
	}

	/** Says again what time starts, and how often; changes nothing where it is known. Rejects while Redis is away. */
	async assertSchedules(): Promise<void> {
		for (const { contract, everyMs } of scheduledJobs)
			await this.queueOf(contract).upsertJobScheduler(
				contract.name,
				{ every: everyMs(this.config.metering) },
				{ name: contract.name, data: scheduledMessage(contract), opts: optionsOf(contract) },
			);
	}

	/** Of every queue; none while Redis is away. */
	async depths(): Promise<QueueDepth[]> {
		if (!this.areReachable) return [];
		const asked = [...this.queues].map(async ([queue, it]) => {
			const [counts, [oldest]] = await Promise.all([
				it.getJobCounts('waiting', 'active', 'delayed'),
				it.getWaiting(0, 0),
			]);
			return { queue, counts, oldestMs: oldest === undefined ? 0 : waitedMs(oldest) };
		});
		const answers = await Promise.allSettled(asked);
		return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
	}

	/** Whether Redis answers. */
	async ping(): Promise<void> {
		await this.connection.ping();
	}

	async close(): Promise<void> {
		await Promise.allSettled([...this.queues.values()].map((queue) => queue.close()));
		this.connection.disconnect();
	}

	private queueOf({ queue }: JobContract): Queue {
		return this.queues.get(queue) as Queue; // made from the same list
	}
}
