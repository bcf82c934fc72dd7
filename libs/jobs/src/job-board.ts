import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { AppError, missing, type Scope } from '#libs/kernel';
import { type JobDetails, type JobState, OutboxRepository } from './persistence/outbox.repository.js';

/** The jobs of an organization, for operators: how they are, and what to do about those that were given up. */
@Injectable()
export class JobBoard {
	constructor(
		private readonly work: UnitOfWork,
		private readonly outbox: OutboxRepository,
	) {}

	/** Newest first. */
	list(
		scope: Scope,
		filter: { readonly status: JobState['status'] | undefined; readonly limit: number },
	): Promise<JobDetails[]> {
		return this.work.run(scope, (tenant) => this.outbox.list(tenant, filter));
	}

	/** @throws AppError missing */
	async get(scope: Scope, id: string): Promise<JobDetails> {
		const found = await this.work.run(scope, (tenant) => this.outbox.details(tenant, id));
		if (found === undefined) throw missing('The job');
		return found;
	}

	/** One that was given up is tried again. @throws AppError missing; conflict `job_not_failed` */
	async retry(scope: Scope, id: string): Promise<JobDetails> {
		const { status } = await this.get(scope, id);
		const retried = await this.work.run(scope, (tenant) => this.outbox.retry(tenant, id));
		if (retried === 0)
			throw new AppError('conflict', 'job_not_failed', `The job is ${status}: only failed ones are tried again`);
		return this.get(scope, id);
	}

	/** All that were given up are tried again. Returns how many. */
	retryAll(scope: Scope): Promise<number> {
		return this.work.run(scope, (tenant) => this.outbox.retry(tenant, undefined));
	}

	/** One that waits is offered at once. @throws AppError missing; conflict `job_not_pending` */
	async promote(scope: Scope, id: string): Promise<JobDetails> {
		const { status } = await this.get(scope, id);
		if (!(await this.work.run(scope, (tenant) => this.outbox.promote(tenant, id))))
			throw new AppError('conflict', 'job_not_pending', `The job is ${status}: it does not wait`);
		return this.get(scope, id);
	}

	/** Forgets jobs that were over before a moment. Returns how many. */
	clean(scope: Scope, which: { readonly status: 'done' | 'failed'; readonly before: Date }): Promise<number> {
		return this.work.run(scope, (tenant) => this.outbox.clean(tenant, which));
	}
}
